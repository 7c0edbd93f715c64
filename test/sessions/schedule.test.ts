import { describe, expect, test } from "bun:test";
import { advertisedExpiration, askAgainAt, refreshAt, retryDelayMs, thresholdMs } from "../../src/sessions/schedule.ts";

const START = new Date("2026-01-01T00:00:00Z");
const MINUTE_MS = 60_000;
const EARLY_MS = 25 * MINUTE_MS;
const at = (minutes: number) => new Date(START.getTime() + minutes * MINUTE_MS);
const life = (minutes: number | undefined) => ({
  obtainedAt: START,
  expiration: minutes === undefined ? undefined : at(minutes),
});
// A refresh is due ten seconds before its time, for its own round trips.
const LEAD = 1 / 6;
const minutesIn = (date: Date) => (date.getTime() - START.getTime()) / MINUTE_MS;
const never = () => 0;
const always = () => 0.999999;

describe("a session of so many minutes is due after so many", () => {
  test.each([
    [15, 5],
    [26, 26 / 3],
    [36, 12],
    [37.5, 12.5],
    [38, 13],
    [60, 35],
    [720, 695],
  ])("%d: %d", (minutes, due) => {
    expect(minutesIn(refreshAt(life(minutes), EARLY_MS, never))).toBeCloseTo(due - LEAD, 4);
  });

  test("unknown expiry: a quarter of an hour", () => {
    expect(minutesIn(refreshAt(life(undefined), EARLY_MS, never))).toBe(15);
  });

  test("refresh.early of an hour and a half for a session of an hour: a third of its life", () => {
    expect(minutesIn(refreshAt(life(60), 90 * MINUTE_MS, never))).toBeCloseTo(20 - LEAD, 4);
  });

  test("sessions of ten seconds, as a test broker hands out: still a while", () => {
    expect(minutesIn(refreshAt(life(1 / 6), EARLY_MS, always)) * 60).toBeCloseTo(10 / 6, 2);
  });

  test("refresh.early of a minute", () => {
    expect(minutesIn(refreshAt(life(60), MINUTE_MS, never))).toBeCloseTo(59 - LEAD, 4);
  });

  test("one that has ended is due at once", () => {
    expect(minutesIn(refreshAt(life(0), EARLY_MS, always))).toBe(0);
    expect(minutesIn(refreshAt(life(-5), EARLY_MS, always))).toBeLessThanOrEqual(0);
  });
});

describe("jitter only makes it earlier, by a tenth of the wait at most", () => {
  test.each([15, 26, 60, 720, undefined])("%p minutes", (minutes) => {
    const latest = minutesIn(refreshAt(life(minutes), EARLY_MS, never));
    const earliest = minutesIn(refreshAt(life(minutes), EARLY_MS, always));
    const middle = minutesIn(refreshAt(life(minutes), EARLY_MS, () => 0.5));
    expect(earliest).toBeCloseTo((minutes === undefined ? latest : latest + LEAD) * 0.9, 2);
    expect(earliest).toBeLessThan(middle);
    expect(middle).toBeLessThan(latest);
  });
});

describe("how much life must be left", () => {
  test.each([
    [15, 10],
    [26, (26 * 2) / 3],
    [60, 25],
    [720, 25],
    [-1, 0],
    [undefined, 0],
  ])("of %p minutes: %d", (minutes, left) => {
    expect(thresholdMs(life(minutes), EARLY_MS) / MINUTE_MS).toBeCloseTo(left, 4);
  });

  test.each([
    ["T-26 min", 34, false],
    ["T-25 min", 35, true],
    ["T-15 min", 45, true],
    ["T-5 min", 55, true],
    ["T", 60, true],
    ["T+1 s", 60 + 1 / 60, true],
  ])("an hour's session is due at %s", (_title, minutes, isDue) => {
    expect(at(minutes) >= refreshAt(life(60), EARLY_MS, never)).toBe(isDue);
  });
});

describe("retries", () => {
  test("what may change soon is asked for more often than the cap says", () => {
    expect([retryDelayMs(1, () => 1, { withinMs: 15_000 }), retryDelayMs(10, () => 1, { withinMs: 15_000 })]).toEqual([
      1000, 15_000,
    ]);
  });

  test.each([
    [1, 500, 1000],
    [2, 1000, 2000],
    [3, 2000, 4000],
    [7, 32_000, 64_000],
    [8, 60_000, 120_000],
    [9, 60_000, 120_000],
    [10_000, 60_000, 120_000],
  ])("after %d failures between %d and %d ms", (failures, least, most) => {
    expect(retryDelayMs(failures, never)).toBe(least);
    expect(retryDelayMs(failures, always)).toBeCloseTo(most, -1);
    expect(retryDelayMs(failures, always)).toBeLessThanOrEqual(most);
  });
});

describe("an upstream that repeats itself is asked again at half of the rest, not under a minute", () => {
  test.each<[number | undefined, number]>([
    [60, 30],
    [10, 5],
    [2, 1],
    [1, 1],
    [0.1, 1],
    [-5, 1],
    [undefined, 15],
  ])("%p minutes left: in %d", (left, inMinutes) => {
    expect(minutesIn(askAgainAt(START, left === undefined ? undefined : at(left)))).toBe(inMinutes);
  });
});

describe("the expiry that clients are told", () => {
  const CAP_MS = 16 * MINUTE_MS;
  test.each<[string, number, number]>([
    ["at its start", 0, 16],
    ["T-25 min", 35, 51],
    ["T-16 min", 44, 60],
    ["T-15 min", 45, 60],
    ["T-5 min", 55, 60],
    ["T", 60, 60],
    ["T+1 s", 60 + 1 / 60, 60],
  ])("%s of an hour's session", (_title, now, told) => {
    expect(minutesIn(advertisedExpiration(at(60), at(now), CAP_MS))).toBe(told);
  });

  test("is never past the real one", () => {
    for (let now = 0; now <= 61; now++) {
      expect(advertisedExpiration(at(60), at(now), CAP_MS).getTime()).toBeLessThanOrEqual(at(60).getTime());
    }
  });

  test.each<[string, number | undefined, number | undefined, number]>([
    ["without a cap: the real one", 60, undefined, 60],
    ["unknown: the cap", undefined, CAP_MS, 16],
    ["unknown and without a cap: when it is looked at again", undefined, undefined, 15],
  ])("%s", (_title, expiration, capMs, told) => {
    const real = expiration === undefined ? undefined : at(expiration);
    expect(minutesIn(advertisedExpiration(real, START, capMs))).toBe(told);
  });
});
