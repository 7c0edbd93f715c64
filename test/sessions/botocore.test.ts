// botocore against our schedule: it stretches the expiry that it is told by up to 25 minutes, and signs with what it has
// until ten of them are left, so that much life must be in whatever it is given.
import { expect, test } from "bun:test";
import type { Session } from "../../src/aws/credentials.ts";
import { sessionKey } from "../../src/roles/role-spec.ts";
import { advertisedExpiration } from "../../src/sessions/schedule.ts";
import { between } from "../support/chance.ts";
import { MINUTE_MS, type Simulation, role, simulation } from "./simulation.ts";

const RUNS = 300;
const RUN_MS = 150 * MINUTE_MS;
const DEV = role("dev");
const KEY = sessionKey(DEV);
const ADVERTISE_MS = 16 * MINUTE_MS;

// botocore 1.43, InstanceMetadataFetcher._evaluate_expiration and RefreshableCredentials. Releases before 1.41 or so have
// a window of 15 minutes where later ones have 10.
const WINDOWS_MS = [15 * MINUTE_MS, 10 * MINUTE_MS];
const ADVISORY_MS = 15 * MINUTE_MS;

type Held = { session: Session; believedMs: number };

function refetch({ clock, sessions, chance }: Simulation, windowMs: number): Held | undefined {
  const session = sessions.current(KEY);
  if (session === undefined) return undefined;
  const nowMs = clock.now().getTime();
  const toldMs = advertisedExpiration(session.expiration, clock.now(), ADVERTISE_MS).getTime();
  const offsetMs = windowMs + Math.floor(between(chance, 120, 601)) * 1000;
  return { session, believedMs: nowMs >= toldMs - offsetMs ? nowMs + offsetMs : toldMs };
}

/** How much life the credentials had left at the worst signature of a run, and how often they were fetched. */
async function run(seed: number, lifeMinutes: number): Promise<{ worstMs: number; fetches: number; without: number }> {
  const it = simulation(seed, { lifeMinutes, trips: 1 + (seed % 3) });
  const { clock, sessions, chance } = it;
  const windowMs = WINDOWS_MS[seed % WINDOWS_MS.length] ?? 0;
  sessions.pin(DEV);
  void sessions.ensure(DEV);
  // The program starts at some moment of the session's life.
  await clock.advance(10_000 + between(chance, 0, lifeMinutes * MINUTE_MS));
  const endMs = clock.now().getTime() + RUN_MS;
  const pauseMs = between(chance, 500, 3 * MINUTE_MS);
  let held: Held | undefined;
  const worst = { worstMs: Number.POSITIVE_INFINITY, fetches: 0, without: 0 };
  while (clock.now().getTime() < endMs) {
    const nowMs = clock.now().getTime();
    if (held === undefined || held.believedMs - nowMs < ADVISORY_MS) {
      held = refetch(it, windowMs) ?? held;
      worst.fetches++;
    }
    if (held === undefined) worst.without++;
    else worst.worstMs = Math.min(worst.worstMs, (held.session.expiration?.getTime() ?? 0) - nowMs);
    await clock.advance(between(chance, 0, 2 * pauseMs));
  }
  return worst;
}

test(`${RUNS} runs of 150 minutes: none signs with expired credentials, whatever the session's length`, async () => {
  const lives = [15, 16, 18, 20, 26, 30, 37, 38, 45, 60, 90, 120, 240, 720];
  const results = [];
  for (let seed = 0; seed < RUNS; seed++) results.push(await run(seed, lives[seed % lives.length] ?? 60));
  expect(results.filter(({ worstMs }) => worstMs <= 0)).toEqual([]);
  expect(results.filter(({ without }) => without > 0)).toEqual([]);
  // It was a test at all: the programs came back for more, and some of them came close.
  expect(Math.min(...results.map(({ fetches }) => fetches))).toBeGreaterThan(5);
  expect(Math.min(...results.map(({ worstMs }) => worstMs))).toBeLessThan(2 * MINUTE_MS);
});
