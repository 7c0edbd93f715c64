// A machine's life in fast motion: sessions over an upstream that takes its time, with outages, suspends and clients.
import { type Session, credentials } from "../../src/aws/credentials.ts";
import { type RoleSpec, sessionKey } from "../../src/roles/role-spec.ts";
import { type Sessions, createSessions } from "../../src/sessions/sessions.ts";
import { between, seededChance } from "../support/chance.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const EARLY_MS = 25 * MINUTE_MS;

export type Upstream = {
  lifeMinutes: number;
  /** Round trips of one fetch, as a chain of roles has several. */
  trips?: number;
  /** Hands back the session it has until so little of it is left. */
  sameUntilMinutes?: number;
};

export type Simulation = {
  clock: ManualClock;
  sessions: Sessions;
  chance: () => number;
  /** Fetches that reached the upstream. */
  reached(): number;
  /** Sessions that the upstream made. */
  made(): number;
  network(isUp: boolean): void;
};

export function simulation(seed: number, upstream: Upstream): Simulation {
  const clock = manualClock();
  const chance = seededChance(seed);
  let isUp = true;
  let reached = 0;
  let made = 0;
  const held = new Map<string, Session>();

  const passed = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));
  const fresh = (): Session => {
    made++;
    return {
      credentials: credentials({ accessKeyId: `key-${made}`, secretAccessKey: "secret", sessionToken: "token" }),
      obtainedAt: clock.now(),
      expiration: new Date(clock.now().getTime() + upstream.lifeMinutes * MINUTE_MS),
      arn: undefined,
      accountId: undefined,
    };
  };
  const sessionFor = (key: string): Session => {
    const known = held.get(key);
    const leftMs = (known?.expiration?.getTime() ?? 0) - clock.now().getTime();
    if (known !== undefined && leftMs > (upstream.sameUntilMinutes ?? Number.POSITIVE_INFINITY) * MINUTE_MS)
      return known;
    const session = fresh();
    held.set(key, session);
    return session;
  };

  const sessions = createSessions({
    async fetch(spec) {
      // Without a network a fetch fails at once or hangs; with one it takes its round trips.
      if (!isUp) {
        if (chance() < 0.3) await passed(HOUR_MS);
        throw new Error("no network");
      }
      reached++;
      for (let trip = upstream.trips ?? 1; trip > 0; trip--) await passed(between(chance, 50, 3000));
      return sessionFor(sessionKey(spec));
    },
    clock,
    chance,
    earlyMs: () => EARLY_MS,
    fetchLimitMs: MINUTE_MS,
    onEvent() {},
  });
  return { clock, sessions, chance, reached: () => reached, made: () => made, network: (next) => void (isUp = next) };
}

export function role(name: string): RoleSpec {
  return { name, base: { kind: "environment" }, steps: [], region: name };
}
