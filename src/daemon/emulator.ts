// The metadata service on its socket: a connection's caller is found once, then every request is answered from memory.
import { randomBytes } from "node:crypto";
import type { CallerFinder } from "../callers/find-caller.ts";
import { listenerOf } from "../callers/process.ts";
import type { Context } from "../context.ts";
import { CliError, messageOf } from "../errors.ts";
import { type HttpServer, listenHttp } from "../http/server.ts";
import { createImds, type Imds } from "../imds/imds.ts";
import type { ImdsCaller } from "../imds/message.ts";
import type { ImdsView } from "../imds/view.ts";
import type { Log } from "../output.ts";
import { createCallerOf } from "./caller-of.ts";
import type { ImdsSettings } from "./imds-settings.ts";
import type { Refusals } from "./refusals.ts";
import type { SelfTest } from "./self-test.ts";

export type EmulatorDeps = {
  context: Pick<Context, "clock" | "platform" | "uid">;
  log: Log;
  view(): ImdsView;
  settings: ImdsSettings;
  uids: readonly number[] | "*";
  findCaller: CallerFinder;
  refusals: Refusals;
  selfTests(): readonly SelfTest[];
  /** True while base credentials are being fetched: only then can a request come from that very fetch. */
  mayLoop(): boolean;
  onLoop(): void;
};

export type Emulator = HttpServer & {
  /** Answers by other settings from the next request on; tokens that clients have stay good. */
  apply(settings: ImdsSettings): void;
};

const HOSTNAME = "127.0.0.1";
const MAX_CONNECTIONS = 4096;
const IDLE_MS = 30_000;
const NEXT_PORTS = 50;
const TOKEN_KEY_BYTES = 32;

/**
 * Behind a redirect the port does not matter: the next free one. Without one (`endpoint`) it is what clients know, so a
 * taken one is an error that names the holder, and a newer daemon listens beside the older one it replaces.
 */
export function listenEmulator(port: number, mode: "redirect" | "endpoint" | "replace", deps: EmulatorDeps): Emulator {
  const last = mode === "redirect" ? Math.min(port + NEXT_PORTS, 65_535) : port;
  for (let candidate = port; ; candidate++) {
    try {
      if (mode === "endpoint") assertFree(candidate);
      return listenOn({ hostname: HOSTNAME, port: candidate, reusePort: mode !== "redirect" }, deps);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
      if (candidate >= last) throw portTaken(candidate, error);
    }
  }
}

// A shareable listener of this user, such as a second daemon with other folders, is found only by one that does not share.
function assertFree(port: number): void {
  Bun.listen({ hostname: HOSTNAME, port, socket: { data() {} } }).stop(true);
}

function listenOn(where: { hostname: string; port: number; reusePort: boolean }, deps: EmulatorDeps): Emulator {
  const { clock } = deps.context;
  const key = randomBytes(TOKEN_KEY_BYTES);
  const startedAt = clock.now();
  const imdsOf = (settings: ImdsSettings): Imds =>
    createImds({
      ...settings,
      view: deps.view,
      now: () => clock.now(),
      monotonicMs: () => clock.monotonicMs(),
      key,
      startedAt,
      port: where.port,
      uids: deps.uids,
    });
  let imds = imdsOf(deps.settings);
  const server = listenHttp<ImdsCaller>(where, {
    accept: createCallerOf(deps),
    handle(request, caller) {
      if (deps.selfTests().some((test) => test.arrived(request.target))) return { status: 404, close: true };
      const answer = imds(request, caller);
      // Not when it connects: the daemon's own self-test does so, too, and is no reason for a fetch to fail.
      if (answer.refusal === "loop") deps.onLoop();
      if (answer.refusal !== undefined) deps.refusals.count(answer.refusal, caller.uid);
      return answer;
    },
    maxBodyBytes: 65_536,
    idleMs: IDLE_MS,
    maxConnections: MAX_CONNECTIONS,
    onError: (error) => deps.log.error("metadata request failed", { error: messageOf(error) }),
  });
  return { ...server, apply: (settings) => void (imds = imdsOf(settings)) };
}

function portTaken(port: number, cause: unknown): CliError {
  const holder = listenerOf(port);
  const who =
    holder === undefined
      ? "another program"
      : holder.pid === undefined
        ? `a program of uid ${holder.uid}`
        : `${holder.name ?? "a program"} (pid ${holder.pid})`;
  return new CliError(`port ${port} is taken by ${who}`, { hint: `metacred serve --port ${port + 1}`, cause });
}
