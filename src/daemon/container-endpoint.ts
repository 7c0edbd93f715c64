// The container-credentials endpoint on its socket. It is opened when the first address is handed out; addresses and
// tokens are random, live in memory alone, and end with the daemon.
import { randomBytes } from "node:crypto";
import type { CallerFinder } from "../callers/find-caller.ts";
import type { Context } from "../context.ts";
import { messageOf } from "../errors.ts";
import { type HttpServer, listenHttp } from "../http/server.ts";
import { type ContainerGrant, createContainer } from "../imds/container.ts";
import type { ImdsCaller } from "../imds/message.ts";
import type { Log } from "../output.ts";
import { type RoleSpec, sessionKey } from "../roles/role-spec.ts";
import { processIdentity } from "../sys/process-identity.ts";
import { createCallerOf } from "./caller-of.ts";
import type { Core } from "./core.ts";
import { realView } from "./imds-view.ts";
import type { ContainerAnswer } from "./protocol.ts";
import type { Refusals } from "./refusals.ts";

export type ContainerEndpoint = {
  /** Gets the role first. `pid`: while that process lives, the role is kept ready for it. */
  grant(role: string | undefined, pid: number | undefined, granted?: boolean): Promise<ContainerAnswer>;
  stop(): Promise<void>;
};

type Deps = {
  context: Pick<Context, "clock" | "platform" | "uid">;
  core: Pick<Core, "sessions" | "wanted" | "loop" | "local">;
  log: Log;
  uids: readonly number[] | "*";
  findCaller: CallerFinder;
  refusals: Refusals;
};

type Grant = ContainerGrant & {
  key: string;
  /** The process that it was for, while it lives. */
  holder: { pid: number; identity: string } | undefined;
};

const HOSTNAME = "127.0.0.1";
const SECRET_BYTES = 32;
const MAX_CONNECTIONS = 1024;
const IDLE_MS = 30_000;
// More than that many programs at once would be a fault; the oldest address then stops working.
const MAX_GRANTS = 4096;
const LOOK_EVERY_MS = 60_000;

export function createContainerEndpoint(deps: Deps): ContainerEndpoint {
  const { clock } = deps.context;
  const grants = new Map<string, Grant>();
  let server: HttpServer | undefined;
  let cancelLook: (() => void) | undefined;

  // A session that nobody asks for is let go. A shell that is idle for hours is somebody.
  const look = () => {
    for (const grant of grants.values()) {
      if (grant.holder === undefined) continue;
      if (processIdentity(grant.holder.pid) === grant.holder.identity) deps.core.sessions.current(grant.key);
      else grant.holder = undefined;
    }
    cancelLook = clock.after(LOOK_EVERY_MS, look);
  };

  return {
    async grant(role, pid, granted = false) {
      const spec = await deps.core.wanted(role, granted);
      await deps.core.sessions.ensure(spec);
      if (server === undefined) {
        server = listen(deps, grants);
        look();
      }
      const path = `/v1/${randomBytes(SECRET_BYTES).toString("base64url")}`;
      const token = randomBytes(SECRET_BYTES).toString("base64url");
      const oldest = grants.keys().next().value;
      if (grants.size >= MAX_GRANTS && oldest !== undefined) grants.delete(oldest);
      grants.set(path, { ...grantOf(spec, token, deps), key: sessionKey(spec), holder: holderOf(pid) });
      deps.log.info("handed out a role", { role: spec.name, pid });
      return { url: `http://${HOSTNAME}:${server.port}${path}`, token, region: spec.region ?? null };
    },
    async stop() {
      cancelLook?.();
      grants.clear();
      await server?.stop();
    },
  };
}

function holderOf(pid: number | undefined): Grant["holder"] {
  const identity = pid === undefined ? undefined : processIdentity(pid);
  return pid === undefined || identity === undefined ? undefined : { pid, identity };
}

function grantOf(
  spec: RoleSpec,
  token: string,
  { core: { sessions, local }, context: { clock } }: Deps,
): ContainerGrant {
  const key = sessionKey(spec);
  const hasFailed = () => sessions.state(key)?.lastError !== undefined;
  return {
    token,
    view() {
      const session = sessions.current(key);
      // Let go meanwhile, as nobody has asked for long, or slept through: it is got again, and the client asks again.
      // After a failure the sessions themselves try again, at their own pace.
      if (session === undefined && !hasFailed()) sessions.ensure(spec).catch(() => undefined);
      return realView({ spec, session: session && local(session), state: sessions.state(key) }, clock.now());
    },
    isFetching: () => !hasFailed(),
  };
}

function listen({ context, core, log, uids, findCaller, refusals }: Deps, grants: Map<string, Grant>): HttpServer {
  const { clock } = context;
  let answer: ReturnType<typeof createContainer> | undefined;
  const server = listenHttp<ImdsCaller>(
    { hostname: HOSTNAME, port: 0 },
    {
      accept: createCallerOf({ context, findCaller, mayLoop: core.loop.possible }),
      handle(request, caller) {
        if (caller.loop) core.loop.seen();
        answer ??= createContainer({
          grant: (path) => grants.get(path),
          now: () => clock.now(),
          monotonicMs: () => clock.monotonicMs(),
          port: server.port,
          uids,
        });
        const given = answer(request, caller);
        if (given.refusal !== undefined) refusals.count(given.refusal, caller);
        return given;
      },
      maxBodyBytes: 65_536,
      idleMs: IDLE_MS,
      maxConnections: MAX_CONNECTIONS,
      onError: (error) => log.error("container credentials request failed", { error: messageOf(error) }),
    },
  );
  return server;
}
