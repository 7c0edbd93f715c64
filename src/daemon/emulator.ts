// The metadata service on its socket: a connection's caller is found once, then every request is answered from memory.
import { randomBytes } from "node:crypto";
import type { CallerFinder } from "../callers/find-caller.ts";
import { describeListener, listenerOf } from "../callers/process.ts";
import type { Context } from "../context.ts";
import { CliError, messageOf } from "../errors.ts";
import { NO_HEADERS } from "../http/message.ts";
import { type HttpServerOptions, listenHttp } from "../http/server.ts";
import { EC2_SERVER } from "../imds/answers.ts";
import { createImds, type Imds } from "../imds/imds.ts";
import type { ImdsView } from "../imds/view.ts";
import type { Log } from "../output.ts";
import type { Libc } from "../sys/libc.ts";
import type { CallerBook } from "./caller-book.ts";
import { type Asker, type ContainerSigns, containerAsker, createCallerOf } from "./caller-of.ts";
import { type Listener, createHopLimit } from "./hop-limit.ts";
import type { ImdsSettings } from "./imds-settings.ts";
import { lastOfRow, onNextFreePort } from "./next-free-port.ts";
import type { Refusals } from "./refusals.ts";
import type { SelfTest } from "./self-test.ts";
import { createStrangers } from "./strangers.ts";

export type EmulatorDeps = {
  context: Pick<Context, "clock" | "platform" | "uid">;
  log: Log;
  libc: Libc | undefined;
  view(): ImdsView;
  /** What containers get; undefined: they are refused. */
  containers: { view(): ImdsView } | undefined;
  /** Whose credentials were answered. */
  roleName(isContainer: boolean): string | undefined;
  settings: ImdsSettings;
  /** Listen on [::1] as well, behind a redirect. */
  ipv6: boolean;
  uids: readonly number[] | "*";
  findCaller: CallerFinder;
  holders: ContainerSigns["holders"];
  byCgroup: ContainerSigns["byCgroup"];
  refusals: Refusals;
  callers: CallerBook;
  selfTests(): readonly SelfTest[];
  /** True while base credentials are being fetched: only then can a request come from that very fetch. */
  mayLoop(): boolean;
  onLoop(): void;
};

export type Emulator = {
  /** On 127.0.0.1. */
  port: number;
  /** On [::1], behind a redirect where IPv6 is asked for. */
  ipv6Port: number | undefined;
  /** Of the listener on 127.0.0.1. */
  fd: number | undefined;
  /** On a bridge's address, for the containers behind it alone. */
  listenOnBridge(address: string, isContainer: (peer: string) => boolean): Listener;
  stop(): Promise<void>;
  /** Answers by other settings from the next request on; tokens that clients have stay good. */
  apply(settings: ImdsSettings): void;
};

const LOOPBACK = "127.0.0.1";
const IPV6_LOOPBACK = "::1";
const MAX_CONNECTIONS = 4096;
const IDLE_MS = 30_000;
const TOKEN_KEY_BYTES = 32;

/**
 * Behind a redirect the port does not matter: the next free one. Without one (`endpoint`) it is what clients know, so a
 * taken one is an error that names the holder, and a newer daemon listens beside the older one it replaces.
 */
export function listenEmulator(port: number, mode: "redirect" | "endpoint" | "replace", deps: EmulatorDeps): Emulator {
  let service: Service | undefined;
  // One service behind both listeners: a token that one of them gave out is good at the other.
  const serviceFor = (port: number) => (service ??= serviceOn(port, deps));
  const reusePort = mode !== "redirect";
  const listen = (hostname: string, firstPort: number) => {
    const last = mode === "redirect" ? lastOfRow(firstPort) : firstPort;
    return onNextFreePort({ first: firstPort, last, taken: portTaken }, (candidate) => {
      if (mode === "endpoint") assertFree(hostname, candidate);
      // It knows its port, and the one before was taken.
      if (hostname === LOOPBACK) service = undefined;
      return listenHttp({ hostname, port: candidate, reusePort }, serviceFor(candidate).options);
    });
  };
  const hops = createHopLimit(deps.settings.hopLimit, deps.libc, deps.log);
  const server = listen(LOOPBACK, port);
  const ipv4 = hops.on(server, 4);
  try {
    const ipv6 = mode === "redirect" && deps.ipv6 ? listen(IPV6_LOOPBACK, server.port) : undefined;
    const also = ipv6 && hops.on(ipv6, 6);
    return {
      port: server.port,
      ipv6Port: ipv6?.port,
      fd: server.fd,
      listenOnBridge(address, isContainer) {
        const where = { hostname: address, port: server.port, reusePort };
        return hops.on(listenHttp(where, serviceFor(server.port).forBridge(isContainer)), 4);
      },
      stop: async () => void (await Promise.all([ipv4.stop(), also?.stop()])),
      apply(settings) {
        hops.change(settings.hopLimit);
        service?.apply(settings);
      },
    };
  } catch (error) {
    void server.stop();
    throw error;
  }
}

// A shareable listener of this user, such as a second daemon with other folders, is found only by one that does not share.
function assertFree(hostname: string, port: number): void {
  Bun.listen({ hostname, port, socket: { data() {} } }).stop(true);
}

type Service = {
  options: HttpServerOptions<Asker>;
  forBridge(isContainer: (peer: string) => boolean): HttpServerOptions<Asker>;
  apply: Emulator["apply"];
};

function serviceOn(port: number, deps: EmulatorDeps): Service {
  const { clock } = deps.context;
  const key = randomBytes(TOKEN_KEY_BYTES);
  const startedAt = clock.now();
  const imdsOf = (settings: ImdsSettings): Imds<Asker> =>
    createImds({
      ...settings,
      view: ({ container }) => (container === undefined ? deps.view() : (deps.containers?.view() ?? {})),
      containers: deps.containers !== undefined,
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      key,
      startedAt,
      port,
      uids: deps.uids,
    });
  let { settings } = deps;
  let imds = imdsOf(settings);
  const { holders, byCgroup } = deps;
  const callerOf = createCallerOf({ ...deps, containers: { holders, byCgroup } });
  const strangers = createStrangers(deps.uids, deps.containers !== undefined);
  const options: HttpServerOptions<Asker> = {
    accept(peer) {
      const caller = callerOf(peer);
      return strangers.letIn(caller) ? caller : undefined;
    },
    closed(caller) {
      if (caller.held !== undefined) holders?.released(caller.held);
      strangers.left(caller);
    },
    handle(request, caller) {
      if (deps.selfTests().some((test) => test.arrived(request.target))) return { status: 404, close: true };
      // Told behind the self-test, whose request comes from this process as well.
      if (caller.loop) deps.onLoop();
      const answer = imds(request, caller);
      if (answer.refusal !== undefined) deps.refusals.count(answer.refusal, caller);
      const role = answer.gave === true ? deps.roleName(caller.container !== undefined) : undefined;
      deps.callers.asked(caller.visit, role, answer.refusal);
      return answer;
    },
    headers: () => (settings.serverHeader ? EC2_SERVER : NO_HEADERS),
    maxBodyBytes: 65_536,
    idleMs: IDLE_MS,
    maxConnections: MAX_CONNECTIONS,
    onError: (error) => deps.log.error("metadata request failed", { error: messageOf(error) }),
  };
  return {
    options,
    // Whoever else reaches the bridge's address is judged like everybody: by an address that is not ours.
    forBridge: (isContainer) => ({
      ...options,
      accept(peer) {
        if (!isContainer(peer.address)) return options.accept(peer);
        const caller = containerAsker(peer.address);
        return strangers.letIn(caller) ? caller : undefined;
      },
    }),
    apply(changed) {
      settings = changed;
      imds = imdsOf(settings);
    },
  };
}

function portTaken(port: number, cause: unknown): CliError {
  const holder = listenerOf(port);
  const who = holder === undefined ? "another program" : describeListener(holder);
  return new CliError(`port ${port} is taken by ${who}`, { hint: `metacred serve --port ${port + 1}`, cause });
}
