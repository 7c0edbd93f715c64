// The control socket: who may speak, what may be said. JSON in, JSON out, errors as the CLI shows them.
import * as v from "valibot";
import type { Peer } from "../callers/peer-credentials.ts";
import { CliError, EXIT, type ErrorDetails, messageOf } from "../errors.ts";
import type { HttpRequest, HttpResponse } from "../http/message.ts";
import { type HttpServer, listenHttp } from "../http/server.ts";
import type { Log } from "../output.ts";
import { REDIRECT_TOOLS } from "../redirect/plan.ts";
import type { NetControl } from "./net-control.ts";
import {
  type CallersAnswer,
  type ContainerAnswer,
  type CredentialsAnswer,
  type ErrorAnswer,
  HAND_OUTS,
  type HandOut,
  type NetAnswer,
  PATHS,
  type Status,
  type UseAnswer,
  type UseWish,
} from "./protocol.ts";

export type ControlHandlers = {
  status(): Promise<Status>;
  stop(): Promise<void>;
  /** `gone`: whoever asked has been interrupted. */
  use(role: string, wish: UseWish, gone: AbortSignal): Promise<UseAnswer>;
  /** `by`: who connected, and what to. */
  credentials(role: string | undefined, granted: boolean, by: HandedOutBy): Promise<CredentialsAnswer>;
  container(role: string | undefined, pid: number | undefined, granted: boolean): Promise<ContainerAnswer>;
  /** Waits a little for what is new since `after`, where that is given. */
  callers(after: number | undefined): Promise<CallersAnswer>;
  /** Takes the code that the served role waits for. */
  mfa(code: string): Promise<Status>;
  signedIn(key: string, token: string | undefined): Promise<void>;
  signedOut(key: string): Promise<void>;
  net: NetControl;
};

/** `peer`: undefined where this system has no way to tell. `command`: older ones do not say which they are. */
export type HandedOutBy = {
  peer: Peer | undefined;
  command: HandOut | undefined;
  /** The AWS profiles whose credential_process it is part of. */
  within?: readonly string[] | undefined;
};

type Deps = {
  log: Log;
  ownerUid: number;
  /** Who is at the other end of a descriptor. Without it the folder's mode alone protects the socket. */
  peer: ((fd: number) => Peer | undefined) | undefined;
};

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(2048));
const granted = v.optional(v.boolean(), false);
const useBody = v.object({
  role: name,
  granted,
  for_seconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(604_800))),
  mfa_code: v.optional(v.pipe(v.string(), v.maxLength(64))),
});
const credentialsBody = v.object({
  role: v.optional(name),
  granted,
  // A newer client's may be one that is not known here.
  command: v.fallback(v.optional(v.picklist(HAND_OUTS)), undefined),
  within: v.optional(v.array(v.string())),
});
const containerBody = v.object({
  role: v.optional(name),
  pid: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  granted,
});
const callersBody = v.object({ after: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))) });
const mfaBody = v.object({ code: v.pipe(v.string(), v.maxLength(64)) });
const signInBody = v.object({ key: name, token: v.optional(v.string()) });
const signOutBody = v.object({ key: name });
const netPlanBody = v.object({ offer: v.boolean() });
const netUpBody = v.object({ method: v.picklist(REDIRECT_TOOLS) });
const MAX_BODY_BYTES = 65_536;
const IDLE_MS = 120_000;
const MAX_CONNECTIONS = 512;

/** Listens on `socketFile`, which must be in a folder that only the owner enters. */
export function listenControl(socketFile: string, handlers: ControlHandlers, deps: Deps): HttpServer {
  return listenHttp(
    { unix: socketFile },
    {
      accept({ fd }): Client | undefined {
        const peer = fd === undefined ? undefined : deps.peer?.(fd);
        if (deps.peer === undefined || peer?.uid === deps.ownerUid || peer?.uid === 0) {
          return { peer };
        }
        deps.log.warn("refused a control connection of another user", { uid: peer?.uid });
        return undefined;
      },
      handle: (request, client) => answer(request, handlers, client),
      // Our own clients read as long as they live: one that sends no more has ended.
      ended: (client) => goneOf(client).abort(),
      maxBodyBytes: MAX_BODY_BYTES,
      idleMs: IDLE_MS,
      maxConnections: MAX_CONNECTIONS,
      onError: (error) => deps.log.error("control request failed", { error: messageOf(error) }),
    },
  );
}

type Client = { peer: Peer | undefined; gone?: AbortController };

// Made where it matters: most requests are answered at once.
function goneOf(client: Client): AbortController {
  return (client.gone ??= new AbortController());
}

async function answer(request: HttpRequest, handlers: ControlHandlers, client: Client): Promise<HttpResponse> {
  try {
    const data = await route(request, handlers, client);
    return data === undefined ? json(404, refusal("the daemon does not know this request")) : json(200, data);
  } catch (error) {
    if (error instanceof CliError) return json(400, refusal(error.message, error));
    throw error;
  }
}

async function route(request: HttpRequest, handlers: ControlHandlers, client: Client): Promise<unknown> {
  switch (`${request.method} ${request.target}`) {
    case `GET ${PATHS.status}`:
      return handlers.status();
    case `POST ${PATHS.stop}`:
      await handlers.stop();
      return { stopped: true };
    case `POST ${PATHS.use}`:
      return useRole(bodyOf(useBody, request), handlers, goneOf(client).signal);
    case `POST ${PATHS.credentials}`: {
      const { role, granted: agreed, command, within } = bodyOf(credentialsBody, request);
      return handlers.credentials(role, agreed, { peer: client.peer, command, within });
    }
    case `POST ${PATHS.container}`: {
      const body = bodyOf(containerBody, request);
      return handlers.container(body.role, body.pid, body.granted);
    }
    case `POST ${PATHS.callers}`:
      return handlers.callers(bodyOf(callersBody, request).after);
    case `POST ${PATHS.mfa}`:
      return handlers.mfa(bodyOf(mfaBody, request).code);
    case `POST ${PATHS.signedIn}`:
      return signedIn(bodyOf(signInBody, request), handlers);
    case `POST ${PATHS.signedOut}`:
      await handlers.signedOut(bodyOf(signOutBody, request).key);
      return {};
    case `POST ${PATHS.netPlan}`:
      return handlers.net.plan(bodyOf(netPlanBody, request).offer);
    case `POST ${PATHS.netUp}`:
      await handlers.net.up(bodyOf(netUpBody, request).method);
      return { status: await handlers.status() } satisfies NetAnswer;
    case `POST ${PATHS.netDown}`: {
      const undone = await handlers.net.down();
      return { status: await handlers.status(), undone } satisfies NetAnswer;
    }
    default:
      return undefined;
  }
}

function useRole(
  body: v.InferOutput<typeof useBody>,
  handlers: ControlHandlers,
  gone: AbortSignal,
): Promise<UseAnswer> {
  const { granted: agreed, for_seconds: forSeconds, mfa_code: mfaCode } = body;
  return handlers.use(body.role, { granted: agreed, forSeconds, mfaCode }, gone);
}

async function signedIn({ key, token }: v.InferOutput<typeof signInBody>, handlers: ControlHandlers): Promise<unknown> {
  await handlers.signedIn(key, token);
  return {};
}

function bodyOf<Schema extends v.GenericSchema>(schema: Schema, request: HttpRequest): v.InferOutput<Schema> {
  try {
    return v.parse(schema, JSON.parse(new TextDecoder().decode(request.body)));
  } catch (error) {
    throw new CliError(`the request to the daemon is malformed: ${messageOf(error)}`, { exit: EXIT.usage });
  }
}

function refusal(message: string, { hint, exit = EXIT.failure, confirm, needs }: ErrorDetails = {}): ErrorAnswer {
  const asks = { ...(confirm === undefined ? {} : { confirm }), ...(needs === undefined ? {} : { needs }) };
  return { error: { message, hint: hint ?? null, exit, ...asks } };
}

function json(status: number, data: unknown): HttpResponse {
  // A command asks once; its connection must not keep a stopping daemon waiting.
  return { status, headers: [["Content-Type", "application/json"]], body: JSON.stringify(data), close: true };
}
