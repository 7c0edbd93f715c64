// The container-credentials endpoint on its sockets: one on loopback, and where IPv6 is redirected, another on [::1].
import type { CallerFinder } from "../callers/find-caller.ts";
import type { Context } from "../context.ts";
import { CliError, messageOf } from "../errors.ts";
import { type HttpServer, type HttpServerOptions, listenHttp } from "../http/server.ts";
import { type ContainerGrant, createContainer } from "../imds/container.ts";
import type { Log } from "../output.ts";
import type { CallerBook } from "./caller-book.ts";
import { type Asker, createCallerOf } from "./caller-of.ts";
import type { Core } from "./core.ts";
import { lastOfRow, onNextFreePort } from "./next-free-port.ts";
import type { Refusals } from "./refusals.ts";
import type { SelfTest } from "./self-test.ts";
import { createStrangers } from "./strangers.ts";

export type ContainerListenerDeps = {
  context: Pick<Context, "clock" | "platform" | "uid">;
  core: Pick<Core, "loop">;
  log: Log;
  uids: readonly number[] | "*";
  findCaller: CallerFinder;
  refusals: Refusals;
  callers: CallerBook;
  selfTests(): readonly SelfTest[];
};

/** A role that was handed out, by the name it was asked for. */
export type NamedGrant = ContainerGrant & { role: string };

export type ContainerListener = {
  port: number;
  /** On [::1]. */
  ipv6Port: number | undefined;
  stop(): Promise<void>;
};

/** `any`: the kernel chooses. Else the first free one from there on, so that a plan can be told beforehand. */
export type ContainerPorts = { first: number | "any"; ipv6: boolean };

export const HOSTNAME = "127.0.0.1";
const IPV6_HOSTNAME = "::1";
const MAX_CONNECTIONS = 1024;
const IDLE_MS = 30_000;

export function listenContainer(
  { first, ipv6 }: ContainerPorts,
  grants: ReadonlyMap<string, NamedGrant>,
  deps: ContainerListenerDeps,
): ContainerListener {
  const listen = (hostname: string): HttpServer => {
    const at = (port: number): HttpServer => {
      const server: HttpServer = listenHttp(
        { hostname, port },
        serviceOn(() => server.port, grants, deps),
      );
      return server;
    };
    return first === "any" ? at(0) : onNextFreePort({ first, last: lastOfRow(first), taken: noPort }, at);
  };
  const server = listen(HOSTNAME);
  try {
    const second = ipv6 ? listen(IPV6_HOSTNAME) : undefined;
    return {
      port: server.port,
      ipv6Port: second?.port,
      stop: async () => void (await Promise.all([server.stop(), second?.stop()])),
    };
  } catch (error) {
    void server.stop();
    throw error;
  }
}

// --- internal ---

function serviceOn(
  port: () => number,
  grants: ReadonlyMap<string, NamedGrant>,
  { context, core, log, uids, findCaller, refusals, callers, selfTests }: ContainerListenerDeps,
): HttpServerOptions<Asker> {
  const { clock } = context;
  const callerOf = createCallerOf({ context, findCaller, mayLoop: core.loop.possible, uids });
  const strangers = createStrangers(uids, true);
  let answer: ReturnType<typeof createContainer> | undefined;
  let asked: NamedGrant | undefined;
  return {
    accept(peer) {
      const caller = callerOf(peer);
      return strangers.letIn(caller) ? caller : undefined;
    },
    closed: (caller) => strangers.left(caller),
    handle(request, caller) {
      if (selfTests().some((test) => test.arrived(request.target))) return { status: 404, close: true };
      if (caller.loop) core.loop.seen();
      answer ??= createContainer({
        grant: (path) => (asked = grants.get(path)),
        now: () => clock.now(),
        monotonicMs: () => clock.monotonicMs(),
        port: port(),
        uids,
      });
      const given = answer(request, caller);
      if (given.refusal !== undefined) refusals.count(given.refusal, caller);
      callers.asked(caller.visit, given.gave === true ? asked?.role : undefined, given.refusal);
      return given;
    },
    maxBodyBytes: 65_536,
    idleMs: IDLE_MS,
    maxConnections: MAX_CONNECTIONS,
    onError: (error) => log.error("container credentials request failed", { error: messageOf(error) }),
  };
}

function noPort(port: number, cause: unknown): CliError {
  return new CliError(`there is no free port for container credentials up to ${port}`, {
    hint: 'write endpoint = "loopback" to [exec] of the configuration',
    cause,
  });
}
