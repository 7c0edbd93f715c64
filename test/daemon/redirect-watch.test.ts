import { describe, expect, test } from "bun:test";
import type { Guard } from "../../src/daemon/guard.ts";
import { type Redirect, createRedirect } from "../../src/daemon/redirect.ts";
import { watchRedirect } from "../../src/daemon/redirect-watch.ts";
import { manualClock } from "../support/manual-clock.ts";
import { keptLog } from "./fakes.ts";

const MINUTE_MS = 60_000;

function watching({ guarded = true } = {}) {
  const clock = manualClock();
  const { log, lines } = keptLog();
  const ended = Promise.withResolvers<void>();
  const state = { healthy: true, runs: 0, repairs: 0, starts: 0 };
  let hold: Promise<void> | undefined;
  const guard: Guard = {
    method: "nft",
    again: () => void state.repairs++,
    down: async () => true,
    ended: ended.promise,
  };
  const selfTest = {
    arrived: () => false,
    async run() {
      state.runs++;
      await hold;
      return state.healthy;
    },
  };
  const redirect: Redirect = { ...createRedirect(1, ["169.254.169.254"], clock), tests: () => [selfTest] };
  if (guarded) redirect.adopt(guard);
  const startInstalled = async () => {
    state.starts++;
    return undefined;
  };
  const watch = watchRedirect({ clock, log, redirect, startInstalled });
  return {
    clock,
    lines,
    state,
    watch,
    endGuard: ended.resolve,
    /** Self-tests answer when the returned function is called. */
    holdTests() {
      const { promise, resolve } = Promise.withResolvers<void>();
      hold = promise;
      return resolve;
    },
  };
}

test("looks every three seconds, and says when it did", async () => {
  const { clock, state, watch } = watching();
  expect(watch.health()).toEqual({ healthy: true, checkedAt: undefined });
  await clock.advance(2999);
  expect(state.runs).toBe(0);
  await clock.advance(1);
  expect(state.runs).toBe(1);
  expect(watch.health()).toEqual({ healthy: true, checkedAt: new Date("2026-01-01T00:00:03Z") });
  await clock.advance(MINUTE_MS - 3000);
  expect([state.runs, state.repairs]).toEqual([20, 0]);
});

describe("rules that somebody flushed", () => {
  test("are applied anew, and looked at again a second later", async () => {
    const { clock, state, watch, lines } = watching();
    state.healthy = false;
    await clock.advance(3000);
    expect([state.runs, state.repairs, watch.health().healthy]).toEqual([1, 1, false]);
    state.healthy = true;
    await clock.advance(1000);
    expect([state.runs, state.repairs, watch.health().healthy]).toEqual([2, 1, true]);
    expect(lines).toEqual([
      "warn requests do not reach metacred",
      "info applying the redirect anew",
      "info requests reach metacred again",
    ]);
  });

  test("for good: tried every three seconds, said once", async () => {
    const { clock, state, lines } = watching();
    state.healthy = false;
    await clock.advance(MINUTE_MS);
    expect(state.runs).toBeWithin(19, 22);
    expect(state.repairs).toBe(state.runs);
    const once = ["warn requests do not reach metacred", "info applying the redirect anew"];
    expect(lines).toEqual(once);
    state.healthy = true;
    await clock.advance(3000);
    state.healthy = false;
    await clock.advance(MINUTE_MS);
    expect(lines).toEqual([...once, "info requests reach metacred again", ...once]);
  });

  test("without root's part there is nobody to ask", async () => {
    const { clock, state, watch } = watching({ guarded: false });
    state.healthy = false;
    await clock.advance(3000);
    expect(watch.health().healthy).toBe(false);
  });

  test("after root's part has ended nothing is written to it", async () => {
    const { clock, state, endGuard } = watching();
    endGuard();
    state.healthy = false;
    await clock.advance(MINUTE_MS);
    expect(state.repairs).toBe(0);
  });
});

test("check looks at once", async () => {
  const { state, watch } = watching();
  state.healthy = false;
  expect([await watch.check(), state.runs, state.repairs]).toEqual([false, 1, 1]);
});

describe("stopped", () => {
  test("looks no more", async () => {
    const { clock, state, watch } = watching();
    watch.stop();
    await clock.advance(MINUTE_MS);
    expect(state.runs).toBe(0);
  });

  test("in the middle of a look: it neither repairs nor complains nor looks again", async () => {
    const { clock, state, watch, lines, holdTests } = watching();
    const release = holdTests();
    await clock.advance(3000);
    expect(state.runs).toBe(1);
    watch.stop();
    state.healthy = false;
    release();
    await clock.advance(MINUTE_MS);
    expect([state.runs, state.repairs, lines]).toEqual([1, 0, []]);
  });
});
