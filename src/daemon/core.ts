// The daemon's inside, before any socket: files to names, names to live sessions, and which role is active.
import type { AwsTime } from "../aws/aws-time.ts";
import type { Session } from "../aws/credentials.ts";
import { ssoKey } from "../aws/sso-session.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT, messageOf } from "../errors.ts";
import type { ImdsView } from "../imds/view.ts";
import type { Log } from "../output.ts";
import { endOfAgreement, refuseProtected } from "../roles/protection.ts";
import { type RoleSpec, sessionKey } from "../roles/role-spec.ts";
import type { SessionState } from "../sessions/entry.ts";
import { type Sessions, createSessions } from "../sessions/sessions.ts";
import { refuseLoop } from "../sources/process-loop.ts";
import { createSessionSource } from "../sources/role-session.ts";
import { type ActiveRole, createActiveRole } from "./active-role.ts";
import { askCode, askPerson, deviceKey, personAnswered } from "./ask-person.ts";
import { logSession } from "./log-session.ts";
import { type LoopWatch, watchLoops } from "./loop-watch.ts";
import { tellSwitch } from "./switch-notice.ts";
import { createSwitchMemory } from "./switch-memory.ts";
import { createLocalSessions } from "./aws-parts.ts";
import { type ServedRole, createImdsView } from "./imds-view.ts";
import { credentialsAnswer, endingBy } from "./credentials-answer.ts";
import type { CredentialsAnswer } from "./protocol.ts";
import { type RoleCatalog, createRoleCatalog } from "./role-catalog.ts";
import { tokenItem } from "../sso/token-keeper.ts";
import { bootId } from "../sys/boot-id.ts";
import { type SourceKit, createSourceKit } from "./source-kit.ts";
import { warmSessions } from "./warm-sessions.ts";

export type Core = {
  catalog: RoleCatalog;
  sessions: Sessions;
  active: ActiveRole;
  served(): ServedRole | undefined;
  view(): ImdsView;
  /** `within`: the profiles whose credential_process asks. `name`: whose they are. */
  credentials(
    role: string | undefined,
    granted?: boolean,
    within?: readonly string[],
  ): Promise<{ name: string; answer: CredentialsAnswer }>;
  /** The same session with instants of this machine's own time. */
  local(session: Session): Session;
  /** How far this machine's clock is ahead of AWS; undefined until AWS has answered. */
  clockSkewMs(): number | undefined;
  /** The named role, else the active one; throws where neither is there, and where nobody agreed to a protected one. */
  wanted(role: string | undefined, granted: boolean): Promise<RoleSpec>;
  /** When what a person agrees to now ends: by `revert_after`, or with the switch that it was agreed to for. */
  endOf(spec: RoleSpec): Promise<Date | undefined>;
  signIns: SignIns;
  /** Takes a code of the device that the served role waits for. */
  answerMfa(code: string): Promise<void>;
  loop: LoopWatch;
};

/** What another process of this user tells the daemon, by the sign-in's key. */
export type SignIns = {
  /** `token` is for a daemon that keeps secrets in memory alone. */
  began(key: string, token: string | undefined): Promise<void>;
  ended(key: string): Promise<void>;
};

const FETCH_LIMIT_MS = 60_000;

export function createCore(context: Context, log: Log, baseOption: string | undefined): Core {
  const catalog: RoleCatalog = createRoleCatalog(context, baseOption, () => kit.lists);
  const config = catalog.config();
  const earlyMs = () => catalog.config().refresh.early;
  const say = (text: string) => log.warn(text);
  const kit: SourceKit = createSourceKit(context, catalog, { background: true, patient: false, say });
  const { sts, time, clock } = kit;
  const loop = watchLoops(kit.base);
  const source = createSessionSource({ sts, base: loop.source, clock, time });
  const warm = warmSessions({
    fetch: source.fetch,
    store: config.secrets.cache_sessions ? kit.secrets.forSessions : undefined,
    clock,
    time,
    bootId: bootId(),
    earlyMs,
    onProblem: (error) => log.warn("live sessions are not kept for the next start", { error: messageOf(error) }),
  });
  const sessions = createSessions({
    fetch: warm.fetch,
    clock,
    chance: Math.random,
    earlyMs,
    fetchLimitMs: FETCH_LIMIT_MS,
    onEvent(event) {
      logSession(log, event);
      if (event.kind !== "failed") return;
      askPerson(event.spec.base, event.error, catalog.config(), context);
      // For a role that is only being switched to, who asked for it hears it.
      if (sessionKey(event.spec) === active.key()) askCode(event.error, catalog.config(), context);
    },
  });
  const signIn = async (spec: RoleSpec, code: string) => {
    await source.signIn(spec, code, AbortSignal.timeout(FETCH_LIMIT_MS));
    if (spec.mfa !== undefined) personAnswered(deviceKey(spec.mfa.serial), context.paths.stateDir);
    // Other roles may have waited for the same device.
    sessions.wake("changed");
  };
  const active = createActiveRole({
    sessions,
    catalog,
    signIn,
    clock: context.clock,
    memory: createSwitchMemory(context.paths.stateFile, log),
    onEvent: (event) => tellSwitch(event, log, context, catalog.config()),
  });
  const local = createLocalSessions(time);
  // Whatever leaves the daemon is in this machine's own time. Of the state a metadata answer tells no instant.
  const inView = (): ServedRole | undefined => {
    const spec = active.spec();
    const key = active.key();
    if (spec === undefined || key === undefined) return undefined;
    const session = sessions.current(key);
    return { spec, session: session && local(session), state: sessions.state(key) };
  };
  const served = (): ServedRole | undefined => {
    const now = inView();
    return now && { ...now, state: now.state && localState(now.state, time) };
  };
  const view = createImdsView();
  const endOf = async (spec: RoleSpec) =>
    sessionKey(spec) === active.key()
      ? active.isProtected()
        ? active.lease()?.until
        : undefined
      : endOfAgreement(await catalog.protection(spec), context.clock.now());
  return {
    catalog,
    sessions,
    active,
    served,
    view: () => view(inView(), catalog.config(), context.clock.now()),
    wanted: (role, granted) => wanted(role, granted, active, catalog),
    endOf,
    async credentials(role, granted = false, within = []) {
      const spec = await wanted(role, granted, active, catalog);
      refuseLoop(spec.base, within);
      const answer = credentialsAnswer(spec, endingBy(await endOf(spec), local(await sessions.ensure(spec))));
      return { name: spec.name, answer };
    },
    signIns: {
      async began(key, token) {
        if (token !== undefined && kit.secrets.kind === "memory") await kit.secrets.set(tokenItem(key), token);
        kit.keeper.forget(key);
        sessions.wake("changed");
      },
      async ended(key) {
        kit.keeper.forget(key);
        sessions.drop(({ base }) => base.kind === "sso" && ssoKey(base.session) === key);
        await warm.dropSignIn(key);
      },
    },
    async answerMfa(code) {
      const spec = active.spec();
      if (spec?.mfa === undefined) {
        throw new CliError("metacred waits for no code", {
          hint: "metacred use ROLE --mfa-code CODE",
          exit: EXIT.usage,
        });
      }
      await signIn(spec, code);
      await sessions.ensure(spec);
    },
    loop,
    local,
    clockSkewMs: time.skewMs,
  };
}

function localState(state: SessionState, time: AwsTime): SessionState {
  const { nextRefreshAt, lastError } = state;
  return {
    ...state,
    nextRefreshAt: nextRefreshAt && time.toLocal(nextRefreshAt),
    lastError: lastError && { ...lastError, at: time.toLocal(lastError.at) },
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
