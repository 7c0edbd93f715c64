// A mock AWS on loopback that believes nobody: real clients sign, it checks. For `metacred demo` and for tests.
// A service is found by its path, so that further ones can stand beside STS on the same port.
import { systemClock } from "../sys/clock.ts";
import { type MockBroker, brokerService } from "./broker-service.ts";
import { federationService } from "./federation-service.ts";
import { createControls } from "./controls.ts";
import type { Controls, Gate } from "./controls.ts";
import type { Answer, ParsedCall, MockRequest, MockService } from "./service.ts";
import { oidcService } from "./oidc-service.ts";
import { portalService } from "./portal-service.ts";
import { type MockLogin, signinService } from "./signin-service.ts";
import { type SsoControls, type SsoOptions, createSsoWorld, ssoControls } from "./sso-world.ts";
import { stsService } from "./sts-service.ts";
import { createWorld } from "./world.ts";
import type { WorldOptions } from "./world.ts";

export type MockAwsOptions = WorldOptions & { now?: () => Date; sso?: SsoOptions };

export type MockAws = Controls &
  AsyncDisposable & {
    /** The endpoint for every service, without a slash at its end. */
    readonly url: string;
    /** From now on the key does not exist. */
    revoke(accessKeyId: string): void;
    readonly sso: SsoControls;
    /** From now on the broker is this one. */
    broker(next: MockBroker): void;
    /** Somebody has signed in by `aws login`. */
    login(login: MockLogin): void;
    /** Cuts open connections, held answers included. */
    stop(): Promise<void>;
  };

const MAX_BODY_BYTES = 1024 * 1024;

export function startMockAws(options: MockAwsOptions = {}): MockAws {
  const world = createWorld(options);
  const now = options.now ?? (() => systemClock.now());
  const ssoWorld = createSsoWorld(options.sso);
  const services = [
    stsService(world),
    federationService(world),
    oidcService(ssoWorld),
    portalService(ssoWorld, world),
    signinService(world),
    brokerService(world),
  ];
  const { controls, gate } = createControls();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    development: false,
    // Bun's default of 10 s would end a held answer.
    idleTimeout: 0,
    maxRequestBodySize: MAX_BODY_BYTES,
    fetch: async (request) => respond(await readRequest(request), services, gate, now()),
  });
  const stop = async () => {
    const stopped = server.stop(true);
    gate.openAll();
    await stopped;
  };
  return {
    ...controls,
    url: `http://127.0.0.1:${server.port}`,
    sso: ssoControls(ssoWorld),
    revoke: (accessKeyId) => void world.keys.delete(accessKeyId),
    broker: (next) => void (world.broker = next),
    login: (login) => void world.logins.set(login.refreshToken, login),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** The answer is decided when the request arrives; a hold or a delay is the slow line on its way back. */
async function respond(
  request: MockRequest,
  services: readonly MockService[],
  gate: Gate,
  now: Date,
): Promise<Response> {
  const service = services.find((candidate) => candidate.serves(request.path));
  if (service === undefined) return new Response(null, { status: 404 });
  const call = service.read(request);
  const { reply, principalArn, outcome } = answer(service, request, call, gate, now);
  gate.record({ ...call, at: now, principalArn, outcome });
  await gate.passage(call.action);
  // Clients measure their skew against this header.
  return new Response(reply.body, { status: reply.status, headers: { ...reply.headers, Date: now.toUTCString() } });
}

function answer(service: MockService, request: MockRequest, call: ParsedCall, gate: Gate, now: Date): Answer {
  const said = gate.plannedReply(call.action);
  if (said !== undefined) return { reply: said, principalArn: undefined, outcome: "planned" };
  const planned = gate.plannedFault(call.action);
  if (planned === undefined) return service.answer(request, call, now);
  const reply = service.refuse(planned);
  const headers = { ...reply.headers, ...planned.headers };
  return { reply: { ...reply, headers }, principalArn: undefined, outcome: planned.code };
}

async function readRequest(request: Request): Promise<MockRequest> {
  const { pathname, search } = new URL(request.url);
  const { method, headers } = request;
  return { method, path: pathname, query: search.slice(1), headers, body: await request.text() };
}
