// The daemon's inside, before any socket: files to names, names to live sessions, and which role is active.
import { createAwsHandler } from "../aws/http-handler.ts";
import { createSts } from "../aws/sts.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import type { ImdsView } from "../imds/view.ts";
import type { Log } from "../output.ts";
import { refuseProtected } from "../roles/protection.ts";
import { type BaseSpec, type RoleSpec, describeBase, sessionKey } from "../roles/role-spec.ts";
import { type SessionEvent, type Sessions, createSessions } from "../sessions/sessions.ts";
import { type BaseSource, createBaseSource } from "../sources/base.ts";
import { limitCredentialProcesses } from "../sources/process-limit.ts";
import { createSessionSource } from "../sources/role-session.ts";
import { type ActiveRole, createActiveRole } from "./active-role.ts";
import { tellSwitch } from "./switch-notice.ts";
import { createSwitchMemory } from "./switch-memory.ts";
import { type ServedRole, createImdsView } from "./imds-view.ts";
import { credentialsAnswer } from "./credentials-answer.ts";
import type { CredentialsAnswer } from "./protocol.ts";
import { type RoleCatalog, createRoleCatalog } from "./role-catalog.ts";

export type Core = {
  catalog: RoleCatalog;
  sessions: Sessions;
  active: ActiveRole;
  served(): ServedRole | undefined;
  view(): ImdsView;
  credentials(role: string | undefined, granted?: boolean): Promise<CredentialsAnswer>;
  /** The named role, else the active one; throws where neither is there, and where nobody agreed to a protected one. */
  wanted(role: string | undefined, granted: boolean): Promise<RoleSpec>;
  loop: { possible(): boolean; seen(): void };
};

const FETCH_LIMIT_MS = 60_000;
// Under the fetch limit, so that a hung process is named as such.
const PROCESS_LIMIT_MS = 50_000;

export function createCore(context: Context, log: Log, baseOption: string | undefined): Core {
  const { clock, env } = context;
  const handler = createAwsHandler(env);
  const sts = createSts(handler, clock);
  limitCredentialProcesses(PROCESS_LIMIT_MS);
  const catalog = createRoleCatalog(context, baseOption);
  const loop = watchLoops(createBaseSource({ env, sts, handler, clock }));
  const fetch = createSessionSource({ sts, base: loop.source });
  const sessions = createSessions({
    fetch,
    clock,
    chance: Math.random,
    earlyMs: () => catalog.config().refresh.early,
    fetchLimitMs: FETCH_LIMIT_MS,
    onEvent: (event) => logEvent(log, event),
  });
  const active = createActiveRole({
    sessions,
    catalog,
    clock,
    memory: createSwitchMemory(context.paths.stateFile, log),
    onEvent: (event) => tellSwitch(event, log, context, catalog.config()),
  });
  const served = (): ServedRole | undefined => {
    const spec = active.spec();
    const key = active.key();
    if (spec === undefined || key === undefined) return undefined;
    return { spec, session: sessions.current(key), state: sessions.state(key) };
  };
  const view = createImdsView();
  return {
    catalog,
    sessions,
    active,
    served,
    view: () => view(served(), catalog.config(), clock.now()),
    wanted: (role, granted) => wanted(role, granted, active, catalog),
    async credentials(role, granted = false) {
      const spec = await wanted(role, granted, active, catalog);
      return credentialsAnswer(spec, await sessions.ensure(spec));
    },
    loop,
  };
}

async function wanted(
  role: string | undefined,
  granted: boolean,
  active: ActiveRole,
  catalog: RoleCatalog,
): Promise<RoleSpec> {
  const spec = role === undefined ? active.spec() : await catalog.resolve(role);
  if (spec !== undefined) {
    // What is served already has been agreed to.
    if (!granted && sessionKey(spec) !== active.key()) refuseProtected(await catalog.protection(spec));
    return spec;
  }
  throw new CliError("metacred serves no role", { hint: "metacred use ROLE", exit: EXIT.failure });
}

// A request that the emulator refused as coming from a fetch's own process explains why that fetch then failed.
function watchLoops(source: BaseSource): Core["loop"] & { source: BaseSource } {
  let fetching = 0;
  let seen = 0;
  return {
    possible: () => fetching > 0,
    seen: () => void seen++,
    async source(base, region) {
      const seenBefore = seen;
      fetching++;
      try {
        return await source(base, region);
      } catch (error) {
        throw seen > seenBefore ? loopError(base, error) : error;
      } finally {
        fetching--;
      }
    },
  };
}

function loopError(base: BaseSpec, cause: unknown): CliError {
  return new CliError(
    `the credentials of ${describeBase(base)} come from 169.254.169.254, which is metacred itself: a loop`,
    { hint: "give it a source that does not ask the metadata service", cause },
  );
}

function logEvent(log: Log, event: SessionEvent): void {
  const role = event.spec.name;
  switch (event.kind) {
    case "obtained": {
      const { accessKeyId } = event.session.credentials;
      log.info("got credentials", {
        role,
        key: `…${accessKeyId.slice(-4)}`,
        until: event.session.expiration?.toISOString(),
      });
      return;
    }
    case "failed":
      log.warn("no credentials", { role, error: event.error.message });
      return;
    case "released":
      log.debug("let go of an idle session", { role, key: sessionKey(event.spec).slice(0, 8) });
  }
}
