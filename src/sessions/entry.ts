// What is known of one role's session, and what follows from each thing that happens to it. No timers, no flights.
import type { Session } from "../aws/credentials.ts";
import type { CliError, Need } from "../errors.ts";
import type { RoleSpec } from "../roles/role-spec.ts";
import { isSameSession } from "./complete.ts";
import { type Chance, SHORTEST_REST_MS, askAgainAt, refreshAt, retryDelayMs, wishedDelayMs } from "./schedule.ts";

export type SessionState = {
  session: Session | undefined;
  nextRefreshAt: Date | undefined;
  lastError:
    | { message: string; hint: string | undefined; exit: number; needs?: Need | undefined; at: Date }
    | undefined;
  /** The source hands back the same session until shortly before its end. */
  limitedByUpstream: boolean;
};

export type Flight = { startedAt: Date; abort: AbortController; landing: Promise<Session> };

export type Entry = {
  spec: RoleSpec;
  session?: Session;
  flight?: Flight;
  cancelTimer?: () => void;
  nextRefreshAt?: Date;
  failures: number;
  usedSinceFetch: boolean;
  lastError?: SessionState["lastError"];
  limitedByUpstream: boolean;
  /** Until then the source asked to be left alone; everybody hears its refusal meanwhile. */
  patience?: { until: Date; error: CliError };
  /** Dropped: a flight that still lands here lands nowhere. */
  isDropped?: true;
};

export function newEntry(spec: RoleSpec): Entry {
  return { spec, failures: 0, usedSinceFetch: false, limitedByUpstream: false };
}

export function validAt(entry: Entry | undefined, now: Date): Session | undefined {
  const expiration = entry?.session?.expiration;
  return expiration !== undefined && expiration <= now ? undefined : entry?.session;
}

export function isAskedToWait({ patience }: Entry, now: Date): boolean {
  return patience !== undefined && patience.until > now;
}

export function stateAt(entry: Entry, now: Date): SessionState {
  const { nextRefreshAt, lastError, limitedByUpstream } = entry;
  return { session: validAt(entry, now), nextRefreshAt, lastError, limitedByUpstream };
}

/** The next attempt's time. */
export function noteFailure(entry: Entry, error: CliError, now: Date, chance: Chance): Date {
  entry.failures++;
  const { message, hint, exit, needs, again } = error;
  entry.lastError = { message, hint, exit, needs, at: now };
  entry.patience = { until: later(now, wishedDelayMs(again ?? {})), error };
  if (again?.gone === true) delete entry.session;
  return later(now, retryDelayMs(entry.failures, chance, again));
}

/** The session as it is kept from now on, and the time of its refresh. */
export function noteSession(
  entry: Entry,
  session: Session,
  { now, chance, earlyMs }: { now: Date; chance: Chance; earlyMs: number },
): { kept: Session; refresh: Date } {
  const held = entry.session;
  const repeated = held !== undefined && isSameSession(held, session);
  entry.limitedByUpstream = repeated;
  // The older copy knows when the session began, the newer one when it ends: some sources prolong it.
  const kept = repeated ? { ...session, obtainedAt: held.obtainedAt } : session;
  entry.session = kept;
  entry.failures = 0;
  delete entry.lastError;
  delete entry.patience;
  const due = repeated ? askAgainAt(now, session.expiration) : refreshAt(kept, earlyMs, chance);
  const earliest = later(now, SHORTEST_REST_MS);
  return { kept, refresh: due < earliest ? earliest : due };
}

/**
 * What a change of its world means: `replace` a flight, `fetch` now, `schedule` its timer anew, which may have stood still,
 * or nothing.
 */
export function afterWake(
  entry: Entry,
  { why, now, isWanted }: { why: "slept" | "changed"; now: Date; isWanted: boolean },
): "replace" | "fetch" | "schedule" | "rest" {
  const { nextRefreshAt, failures, session, flight } = entry;
  // What was under way before has most likely lost its connection without knowing it.
  if (flight !== undefined && now.getTime() - flight.startedAt.getTime() > LOST_MS) return "replace";
  const isOld = why === "slept" && session !== undefined && now.getTime() - session.obtainedAt.getTime() > NEW_MS;
  const isDue = isOld || (nextRefreshAt !== undefined && nextRefreshAt <= now);
  if (isWanted && (isDue || failures > 0) && !isAskedToWait(entry, now)) return "fetch";
  return nextRefreshAt !== undefined && flight === undefined ? "schedule" : "rest";
}

// --- internal ---

const LOST_MS = 3000;
const NEW_MS = 5 * 60_000;

function later(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}
