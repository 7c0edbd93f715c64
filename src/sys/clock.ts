// The only place that reads the time. Tests hand in a manual clock instead.

export type Clock = {
  /** Wall clock: what AWS's expirations are compared with. */
  now(): Date;
  /** Milliseconds that only grow, for measuring. */
  monotonicMs(): number;
  /** Milliseconds since boot, with those of suspend, and whatever the wall clock is set to. */
  uptimeMs(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. Never keeps the process alive. */
  after(delayMs: number, task: () => void): () => void;
};

// setTimeout fires at once for delays over 2^31-1 ms.
const LONGEST_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  // Looked up when it is asked for: quick commands have this clock too, and loading node:os takes a tenth of a `status`.
  uptimeMs: () => process.getBuiltinModule("node:os").uptime() * 1000,
  after(delayMs, task) {
    const timer = setTimeout(task, Math.min(Math.max(delayMs, 0), LONGEST_TIMER_MS));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
