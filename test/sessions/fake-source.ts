// A source of sessions that answers when it is told to, and sessions over it on a clock that stands still.
import { type Session, credentials } from "../../src/aws/credentials.ts";
import { type RoleSpec, sessionKey } from "../../src/roles/role-spec.ts";
import { type SessionEvent, type Sessions, createSessions } from "../../src/sessions/sessions.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

export const MINUTE_MS = 60_000;
export const FETCH_LIMIT_MS = 60_000;
/** A refresh is due that much before its time. */
export const LEAD_MS = 10_000;

export const DEV = role("dev");
export const OPS = role("ops");
export const KEY = sessionKey(DEV);

export type Call = {
  spec: RoleSpec;
  signal: AbortSignal;
  answer(session: Session): Promise<void>;
  fail(error: Error): Promise<void>;
};

export type Scene = {
  clock: ManualClock;
  sessions: Sessions;
  calls: Call[];
  /** `obtained dev`, `failed dev: why`, `released dev`. */
  events: string[];
  /** The call that was made last. */
  last(): Call;
  /** A session that lives from now for so many minutes. */
  session(id: string, minutes: number | undefined): Session;
};

export function scene(chance: () => number = () => 0): Scene {
  const clock = manualClock();
  const calls: Call[] = [];
  const events: string[] = [];
  const sessions = createSessions({
    fetch(spec, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Session>();
      const settled = () => clock.advance(0);
      calls.push({
        spec,
        signal,
        answer: (session) => (resolve(session), settled()),
        fail: (error) => (reject(error), settled()),
      });
      return promise;
    },
    clock,
    chance,
    earlyMs: () => 25 * MINUTE_MS,
    fetchLimitMs: FETCH_LIMIT_MS,
    onEvent: (event) => events.push(wordsOf(event)),
  });
  return {
    clock,
    sessions,
    calls,
    events,
    last() {
      const call = calls.at(-1);
      if (call === undefined) throw new Error("nothing was fetched");
      return call;
    },
    session: (id, minutes) => ({
      credentials: credentials({ accessKeyId: id, secretAccessKey: "secret", sessionToken: `token-of-${id}` }),
      obtainedAt: clock.now(),
      expiration: minutes === undefined ? undefined : new Date(clock.now().getTime() + minutes * MINUTE_MS),
      arn: undefined,
      accountId: undefined,
    }),
  };
}

/** DEV pinned, with a session that lives for so many minutes. */
export async function serving(minutes: number | undefined, chance?: () => number): Promise<Scene> {
  const it = scene(chance);
  const first = it.sessions.ensure(DEV);
  it.sessions.pin(DEV);
  await it.last().answer(it.session("first", minutes));
  await first;
  return it;
}

export function idOf(session: Session | undefined): string | undefined {
  return session?.credentials.accessKeyId;
}

/** The key id that a client would get for DEV now. */
export function servedBy({ sessions }: Scene): string | undefined {
  return idOf(sessions.current(KEY));
}

/** Minutes since the scene began. */
export function minutesOf({ clock }: Scene): number {
  return clock.monotonicMs() / MINUTE_MS;
}

export function untilDueMs({ sessions, clock }: Scene): number {
  return (sessions.state(KEY)?.nextRefreshAt?.getTime() ?? 0) - clock.now().getTime();
}

function role(name: string): RoleSpec {
  return { name, base: { kind: "profile", profile: name, identity: name }, steps: [], region: undefined };
}

function wordsOf(event: SessionEvent): string {
  const { kind, spec } = event;
  return event.kind === "failed" ? `${kind} ${spec.name}: ${event.error.message}` : `${kind} ${spec.name}`;
}
