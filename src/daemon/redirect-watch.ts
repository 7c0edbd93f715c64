// Keeps the redirect true while serving: a cheap self-test every few seconds, and root's part applied anew where
// something flushed its rules.
import type { Log } from "../output.ts";
import type { Clock } from "../sys/clock.ts";
import type { Guard } from "./guard.ts";
import type { SelfTest } from "./self-test.ts";

export type RedirectHealth = { healthy: boolean; checkedAt: Date | undefined };
export type RedirectWatch = { health(): RedirectHealth; check(): Promise<boolean>; stop(): void };

type Deps = { clock: Clock; log: Log; selfTest: SelfTest; guard: Guard | undefined };

const EVERY_MS = 3000;

export function watchRedirect({ clock, log, selfTest, guard }: Deps): RedirectWatch {
  let health: RedirectHealth = { healthy: true, checkedAt: undefined };
  let cancel = () => {};
  let guardEnded = false;
  let stopped = false;
  void guard?.ended.then(() => {
    guardEnded = true;
  });

  async function check(): Promise<boolean> {
    const healthy = await selfTest.run();
    // What is being torn down is neither news nor to be repaired.
    if (stopped) return healthy;
    if (healthy !== health.healthy) {
      log[healthy ? "info" : "warn"](healthy ? "requests reach metacred again" : "requests do not reach metacred");
    }
    health = { healthy, checkedAt: clock.now() };
    if (!healthy && guard !== undefined && !guardEnded) {
      log.info("applying the redirect anew");
      guard.again();
    }
    return healthy;
  }

  async function tick(): Promise<void> {
    const healthyBefore = health.healthy;
    // After a repair was asked for, the next look comes sooner.
    const healthy = await check();
    if (stopped) return;
    cancel = clock.after(healthy || !healthyBefore ? EVERY_MS : EVERY_MS / 3, () => void tick());
  }

  cancel = clock.after(EVERY_MS, () => void tick());
  return {
    health: () => health,
    check,
    stop() {
      stopped = true;
      cancel();
    },
  };
}
