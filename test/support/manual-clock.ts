import type { Clock } from "../../src/sys/clock.ts";

export type ManualClock = Clock & {
  /** Moves both clocks and runs, in order, the timers that fall due; lets promises settle between them. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock alone, as a suspend or a correction by NTP does. */
  jump(ms: number): void;
  /** The machine is suspended: wall clock and uptime go on, timers stand still. */
  suspend(ms: number): void;
};

type Timer = { dueMs: number; task: () => void };

/** A clock that stands still until it is told to move. */
export function manualClock(start = "2026-01-01T00:00:00Z"): ManualClock {
  let monotonicMs = 0;
  let suspendedMs = 0;
  let wallOffsetMs = new Date(start).getTime();
  const timers = new Set<Timer>();
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return {
    now: () => new Date(wallOffsetMs + monotonicMs),
    monotonicMs: () => monotonicMs,
    uptimeMs: () => monotonicMs + suspendedMs,
    after(delayMs, task) {
      const timer = { dueMs: monotonicMs + Math.max(delayMs, 0), task };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const endMs = monotonicMs + ms;
      await settle();
      for (;;) {
        const next = [...timers].filter((timer) => timer.dueMs <= endMs).toSorted((a, b) => a.dueMs - b.dueMs)[0];
        if (next === undefined) break;
        timers.delete(next);
        monotonicMs = Math.max(monotonicMs, next.dueMs);
        next.task();
        await settle();
      }
      monotonicMs = endMs;
      await settle();
    },
    jump(ms) {
      wallOffsetMs += ms;
    },
    suspend(ms) {
      wallOffsetMs += ms;
      suspendedMs += ms;
    },
  };
}
