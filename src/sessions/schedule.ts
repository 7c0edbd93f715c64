// When to fetch again. Pure: instants in, instants out, chance handed in.

import type { Again } from "../errors.ts";

export type Life = { obtainedAt: Date; expiration: Date | undefined };

/** A number from 0 up to 1, as Math.random gives. */
export type Chance = () => number;

// Credentials whose expiry is unknown are looked at again after this long.
const UNKNOWN_LIFE_MS = 15 * 60_000;
const JITTER_SHARE = 0.1;
// For the round trips of the fetch itself: botocore may hold on for ten minutes to what it got the moment before, and
// a session of a quarter of an hour has exactly those ten minutes left when it is due.
const LEAD_MS = 10_000;
/** However short a session is, its source is left alone for that long. */
export const SHORTEST_REST_MS = 1000;
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 120_000;
// More patience than this is not taken from a source: its word may be a mistake.
const LONGEST_WISH_MS = 15 * 60_000;
const GONE_RETRY_MS = 5 * 60_000;
const UNCHANGED_FLOOR_MS = 60_000;

/** How much life must be left: `earlyMs`, but at most two thirds of the session's life. */
export function thresholdMs({ obtainedAt, expiration }: Life, earlyMs: number): number {
  if (expiration === undefined) return 0;
  return Math.min(earlyMs, Math.max(0, expiration.getTime() - obtainedAt.getTime()) * (2 / 3));
}

/** When the next fetch is due. Jitter only ever makes it earlier. */
export function refreshAt(life: Life, earlyMs: number, chance: Chance): Date {
  const obtainedMs = life.obtainedAt.getTime();
  if (life.expiration === undefined) return new Date(obtainedMs + UNKNOWN_LIFE_MS * (1 - JITTER_SHARE * chance()));
  const latestMs = life.expiration.getTime() - thresholdMs(life, earlyMs);
  const restMs = Math.max(0, latestMs - obtainedMs);
  return new Date(latestMs - Math.min(restMs / 2, Math.max(LEAD_MS, restMs * JITTER_SHARE * chance())));
}

/** Delay before the next try after `failures` failures in a row: it grows, is jittered, and has a cap. */
export function retryDelayMs(failures: number, chance: Chance, again: Again = {}): number {
  if (again.gone === true) return GONE_RETRY_MS;
  const longestMs = Math.min(LONGEST_RETRY_MS, again.withinMs ?? LONGEST_RETRY_MS);
  const grown = Math.min(longestMs, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 30));
  return Math.max(grown * (0.5 + chance() / 2), wishedDelayMs(again));
}

/** How long the source itself asked to be left alone. */
export function wishedDelayMs({ afterMs = 0 }: Again): number {
  return Math.min(LONGEST_WISH_MS, Math.max(0, afterMs));
}

/** An upstream that hands back the session already held has not failed: ask again at half of the rest. */
export function askAgainAt(now: Date, expiration: Date | undefined): Date {
  const restMs = expiration === undefined ? UNKNOWN_LIFE_MS * 2 : expiration.getTime() - now.getTime();
  return new Date(now.getTime() + Math.max(UNCHANGED_FLOOR_MS, restMs / 2));
}

/**
 * The expiry that metadata clients are told: never past the real one, never further off than `advertiseMs`, so that a
 * switch reaches programs which keep credentials until shortly before that instant. Undefined: no cap.
 */
export function advertisedExpiration(expiration: Date | undefined, now: Date, advertiseMs: number | undefined): Date {
  const cap = now.getTime() + (advertiseMs ?? UNKNOWN_LIFE_MS);
  if (expiration === undefined) return new Date(cap);
  return advertiseMs === undefined ? expiration : new Date(Math.min(expiration.getTime(), cap));
}
