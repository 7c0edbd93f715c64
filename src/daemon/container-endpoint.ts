// What `exec` hands out: an address of the container-credentials endpoint for one program. Addresses and tokens are
// random, live in memory alone, and end with the daemon.
import { randomBytes } from "node:crypto";
import type { Context } from "../context.ts";
import type { ContainerGrant } from "../imds/container.ts";
import type { RedirectTarget } from "../redirect/plan.ts";
import { type RoleSpec, sessionKey } from "../roles/role-spec.ts";
import { processIdentity } from "../sys/process-identity.ts";
import {
  type ContainerListener,
  type ContainerListenerDeps,
  HOSTNAME,
  type NamedGrant,
  listenContainer,
} from "./container-listener.ts";
import type { Core } from "./core.ts";
import { type ExecEndpoint, agentAddress, agentTargets } from "./exec-addresses.ts";
import { realView } from "./imds-view.ts";
import { endingBy } from "./credentials-answer.ts";
import type { ContainerAnswer } from "./protocol.ts";
import { createTokenFiles } from "./token-files.ts";
import { shellWord } from "../shell-text.ts";

export type ContainerEndpoint = {
  /** What root's part has to redirect to it. */
  targets: readonly RedirectTarget[];
  /** Gets the role first. `pid`: while that process lives, the role is kept ready for it. */
  grant(role: string | undefined, pid: number | undefined, granted?: boolean): Promise<ContainerAnswer>;
  stop(): Promise<void>;
};

type Deps = Omit<ContainerListenerDeps, "context" | "core"> & {
  context: ContainerListenerDeps["context"] & { paths: Pick<Context["paths"], "runtimeDir"> };
  core: Pick<Core, "sessions" | "wanted" | "endOf" | "loop" | "local">;
  endpoint: ExecEndpoint;
  /** Where an agent's address is redirected to: the first free port from this one on. */
  firstPort: number;
  /** IPv6 is redirected, too. */
  ipv6: boolean;
};

type Grant = NamedGrant & {
  key: string;
  /** A protected role's time is over. */
  hasEnded(): boolean;
  /** The process that it was for, while it lives. */
  holder: Holder | undefined;
};

type Holder = { pid: number; identity: string };

const SECRET_BYTES = 32;
// More than that many programs at once would be a fault: one has to give its address up.
const MAX_GRANTS = 4096;
const LOOK_EVERY_MS = 60_000;

/** An agent's address is listened for at once, since root's part must know the port; else the first grant opens it. */
export function createContainerEndpoint(deps: Deps): ContainerEndpoint {
  const { context, core, log, endpoint, firstPort, ipv6 } = deps;
  const { clock, paths } = context;
  const grants = new Map<string, Grant>();
  const tokenFiles = createTokenFiles(paths.runtimeDir);
  let cancelLook: (() => void) | undefined;
  let listener: ContainerListener | undefined =
    endpoint === "loopback" ? undefined : listenContainer({ first: firstPort, ipv6 }, grants, deps);

  // A session that nobody asks for is let go. A shell that is idle for hours is somebody.
  const look = () => {
    for (const grant of grants.values()) {
      if (grant.holder === undefined || grant.hasEnded()) continue;
      if (isAlive(grant.holder)) core.sessions.current(grant.key);
      else grant.holder = undefined;
    }
    cancelLook = clock.after(LOOK_EVERY_MS, look);
  };
  // A script that runs `exec` for days must not cost the shell beside it its address: what has ended goes first.
  const forgetOldest = () => {
    const isOver = ({ holder }: Grant) => holder === undefined || !isAlive(holder);
    const [path] = grants.entries().find(([, grant]) => isOver(grant)) ?? grants.entries().next().value ?? [];
    if (path === undefined) return;
    grants.delete(path);
    tokenFiles.remove(fileOf(path));
  };

  return {
    targets:
      endpoint === "loopback" || listener === undefined
        ? []
        : agentTargets(endpoint, { ipv4: listener.port, ipv6: listener.ipv6Port }),
    async grant(role, pid, granted = false) {
      const spec = await core.wanted(role, granted);
      await core.sessions.ensure(spec);
      listener ??= listenContainer({ first: "any", ipv6: false }, grants, deps);
      if (cancelLook === undefined) look();
      const path = `${FOLDER}${randomBytes(SECRET_BYTES).toString("base64url")}`;
      // ECS has no token: SDKs that know its form alone send none. Its path is as long a secret.
      const token = endpoint === "ecs" ? null : randomBytes(SECRET_BYTES).toString("base64url");
      const end = await core.endOf(spec);
      if (grants.size >= MAX_GRANTS) forgetOldest();
      grants.set(path, {
        ...grantOf(spec, token ?? undefined, end, deps),
        role: spec.name,
        key: sessionKey(spec),
        holder: holderOf(pid),
      });
      log.info("handed out a role", { role: spec.name, pid });
      const host = endpoint === "loopback" ? `${HOSTNAME}:${listener.port}` : agentAddress(endpoint);
      return {
        url: `http://${host}${path}`,
        token,
        region: spec.region ?? null,
        endpoint,
        token_file: endpoint === "eks" && token !== null ? tokenFiles.write(fileOf(path), token) : null,
      };
    },
    async stop() {
      cancelLook?.();
      grants.clear();
      tokenFiles.removeAll();
      await listener?.stop();
    },
  };
}

const FOLDER = "/v1/";

// Another random name than the path's own, which is half of what a program must know.
function fileOf(path: string): string {
  return new Bun.CryptoHasher("sha256").update(path).digest("hex").slice(0, 32);
}

function isAlive({ pid, identity }: Holder): boolean {
  return processIdentity(pid) === identity;
}

function holderOf(pid: number | undefined): Grant["holder"] {
  const identity = pid === undefined ? undefined : processIdentity(pid);
  return pid === undefined || identity === undefined ? undefined : { pid, identity };
}

function grantOf(
  spec: RoleSpec,
  token: string | undefined,
  end: Date | undefined,
  { core: { sessions, local }, context: { clock } }: Deps,
): ContainerGrant & Pick<Grant, "hasEnded"> {
  const key = sessionKey(spec);
  const hasFailed = () => sessions.state(key)?.lastError !== undefined;
  const hasEnded = () => end !== undefined && clock.now() >= end;
  return {
    token,
    hasEnded,
    view() {
      if (hasEnded()) return { problem: endedProblem(spec.name) };
      const session = sessions.current(key);
      // Let go meanwhile, as nobody has asked for long, or slept through: it is got again, and the client asks again.
      // After a failure the sessions themselves try again, at their own pace.
      if (session === undefined && !hasFailed()) sessions.ensure(spec).catch(() => undefined);
      const shown = session && endingBy(end, local(session));
      return realView({ spec, session: shown, state: sessions.state(key) }, clock.now());
    },
    isFetching: () => !hasFailed() && !hasEnded(),
  };
}

function endedProblem(role: string) {
  return {
    code: "Ended",
    message: `the time of the protected role ${role} is over; try: metacred exec --role ${shellWord(role)}`,
  };
}
