import type { Clock } from "../sys/clock.ts";

/** Resolves when the task has settled, either way, or when the time is over. */
export function atMost(limitMs: number, task: Promise<unknown>, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, resolve);
    task
      .catch(() => undefined)
      .finally(() => {
        cancel();
        resolve();
      });
  });
}
