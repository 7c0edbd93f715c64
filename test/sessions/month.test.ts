// A month: outages, nights and naps, and a client that asks all the time. What it is given is never expired or empty, and
// the upstream is not asked more often than it must be.
import { describe, expect, test } from "bun:test";
import { sessionKey } from "../../src/roles/role-spec.ts";
import { thresholdMs } from "../../src/sessions/schedule.ts";
import { between } from "../support/chance.ts";
import { EARLY_MS, HOUR_MS, MINUTE_MS, type Simulation, type Upstream, role, simulation } from "./simulation.ts";

const MONTH_MS = 30 * 24 * HOUR_MS;
const DEV = role("dev");
const OPS = role("ops");
// The backoff's cap, and a fetch: as long may it take after an outage whose end nobody notices.
const RECOVERY_MS = 130_000;
// A look at the clock each 3 s, and a fetch: as long after a wake-up, or after an outage whose end is noticed.
const NOTICED_MS = 15_000;

type Month = {
  bad: string[];
  served: number;
  unserved: number;
  outages: number;
  sleeps: number;
  reached: number;
  made: number;
};

async function liveThrough(it: Simulation, totalMs: number): Promise<Month> {
  const { clock, sessions, chance } = it;
  const month: Month = { bad: [], served: 0, unserved: 0, outages: 0, sleeps: 0, reached: 0, made: 0 };
  const startMs = clock.now().getTime();
  const elapsedMs = () => clock.now().getTime() - startMs;
  let excusedUntilMs = 0;
  let outageEndsMs: number | undefined;
  let outageIsNoticed = false;
  let nextOutageMs = between(chance, 0, 24 * HOUR_MS);
  let nextSleepMs = between(chance, 0, 12 * HOUR_MS);

  const look = (name: string) => {
    const session = sessions.current(sessionKey(role(name)));
    if (session === undefined) {
      month.unserved++;
      const isExcused = outageEndsMs !== undefined || elapsedMs() <= excusedUntilMs;
      if (!isExcused) month.bad.push(`${name}: nothing to serve after ${elapsedMs() / MINUTE_MS} min`);
      return;
    }
    month.served++;
    const { accessKeyId, secretAccessKey, sessionToken } = session.credentials;
    if (!accessKeyId || !secretAccessKey || !sessionToken) month.bad.push(`${name}: an empty session`);
    if (session.expiration === undefined || session.expiration <= clock.now())
      month.bad.push(`${name}: an expired one`);
  };

  const endOutage = () => {
    it.network(true);
    outageEndsMs = undefined;
    nextOutageMs = elapsedMs() + between(chance, HOUR_MS, 36 * HOUR_MS);
    // A fetch may be hanging until its limit, of which nobody can tell that it will not come back.
    excusedUntilMs = elapsedMs() + (outageIsNoticed ? NOTICED_MS : MINUTE_MS + RECOVERY_MS);
  };

  sessions.pin(DEV);
  const first = sessions.ensure(DEV);
  await clock.advance(10_000);
  await first;
  while (elapsedMs() < totalMs) {
    await clock.advance(between(chance, 1000, 4 * MINUTE_MS));
    look("dev");
    if (outageEndsMs === undefined && elapsedMs() >= nextOutageMs) {
      month.outages++;
      it.network(false);
      outageEndsMs = elapsedMs() + between(chance, MINUTE_MS, 4 * HOUR_MS);
      outageIsNoticed = chance() < 0.5;
    }
    if (elapsedMs() >= nextSleepMs) {
      month.sleeps++;
      clock.suspend(between(chance, 5 * MINUTE_MS, 9 * HOUR_MS));
      excusedUntilMs = Math.max(excusedUntilMs, elapsedMs() + NOTICED_MS);
      // A client may be faster than the daemon.
      look("dev");
      const isOver = outageEndsMs !== undefined && elapsedMs() >= outageEndsMs;
      if (isOver) endOutage();
      await clock.advance(between(chance, 0, 3000));
      sessions.wake("slept");
      nextSleepMs = elapsedMs() + between(chance, HOUR_MS, 14 * HOUR_MS);
    }
    if (outageEndsMs !== undefined && elapsedMs() >= outageEndsMs) {
      endOutage();
      if (outageIsNoticed) sessions.wake("changed");
    }
  }
  return { ...month, reached: it.reached(), made: it.made() };
}

function bound({ lifeMinutes }: Upstream, { outages }: Month): number {
  const lifeMs = lifeMinutes * MINUTE_MS;
  const life = { obtainedAt: new Date(0), expiration: new Date(lifeMs) };
  return Math.ceil(MONTH_MS / (lifeMs - thresholdMs(life, EARLY_MS))) + outages;
}

describe("a month with outages and suspends", () => {
  test.each<[string, number, Upstream]>([
    ["sessions of an hour", 1, { lifeMinutes: 60 }],
    ["sessions of an hour, other chances", 2, { lifeMinutes: 60 }],
    ["a chain of three roles, an hour each", 3, { lifeMinutes: 60, trips: 3 }],
    ["15 minutes", 4, { lifeMinutes: 15 }],
    ["26 minutes", 5, { lifeMinutes: 26 }],
    ["12 hours", 6, { lifeMinutes: 720 }],
  ])("%s", async (_title, seed, upstream) => {
    const month = await liveThrough(simulation(seed, upstream), MONTH_MS);
    expect(month.bad).toEqual([]);
    expect(month.outages).toBeGreaterThan(10);
    expect(month.sleeps).toBeGreaterThan(40);
    expect(month.served).toBeGreaterThan(1000);
    expect(month.reached / bound(upstream, month)).toBeLessThanOrEqual(1.1);
  });

  // Without a suspend the bound is as tight as it gets.
  test.each<[string, number, Upstream]>([
    ["sessions of an hour", 11, { lifeMinutes: 60 }],
    ["15 minutes", 12, { lifeMinutes: 15 }],
    ["26 minutes", 13, { lifeMinutes: 26 }],
  ])("never asleep, never cut off: %s", async (_title, seed, upstream) => {
    const it = simulation(seed, upstream);
    it.sessions.pin(DEV);
    void it.sessions.ensure(DEV);
    await it.clock.advance(MONTH_MS);
    const month = { outages: 0 } as Month;
    expect(it.reached() / bound(upstream, month)).toBeLessThanOrEqual(1.1);
    expect(it.reached() / bound(upstream, month)).toBeGreaterThan(0.95);
  });

  test("an upstream that hands the same session back until its last five minutes", async () => {
    const upstream = { lifeMinutes: 60, sameUntilMinutes: 5 };
    const month = await liveThrough(simulation(7, upstream), MONTH_MS);
    expect(month.bad).toEqual([]);
    expect(month.made / bound(upstream, month)).toBeLessThanOrEqual(1.1);
    // Asked with 25 minutes left, then with 12.5, 6.25 and 3.1: four times for each session that it makes.
    expect(month.reached / month.made).toBeLessThanOrEqual(4.1);
  });
});

test("two roles live, a third one idle: each at its own pace, the idle one let go", async () => {
  const it = simulation(8, { lifeMinutes: 60 });
  const { sessions, clock } = it;
  const idle = role("idle");
  sessions.pin(DEV);
  for (const spec of [DEV, OPS, idle]) void sessions.ensure(spec);
  await clock.advance(10_000);
  for (let minutes = 0; minutes < 24 * 60; minutes += 5) {
    await clock.advance(5 * MINUTE_MS);
    expect(sessions.current(sessionKey(OPS))).toBeDefined();
  }
  expect(sessions.current(sessionKey(DEV))).toBeDefined();
  expect(sessions.state(sessionKey(idle))).toBeUndefined();
  // A day of 35 minutes each for two roles, and the one fetch of the third.
  expect(it.reached()).toBeLessThanOrEqual(1.1 * 2 * Math.ceil((24 * 60) / 35) + 1);
});
