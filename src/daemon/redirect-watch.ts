// Keeps the redirect true while serving: a cheap self-test every few seconds, and root's part applied anew where
// something flushed its rules.
import { messageOf } from "../errors.ts";
import type { Log } from "../output.ts";
import type { Clock } from "../sys/clock.ts";
import type { Guard } from "./guard.ts";
import type { Redirect } from "./redirect.ts";
import { passesAll } from "./self-test.ts";

export type RedirectHealth = { healthy: boolean; checkedAt: Date | undefined };
export type RedirectWatch = { health(): RedirectHealth; check(): Promise<boolean>; stop(): void };

type Deps = {
  clock: Clock;
  log: Log;
  redirect: Redirect;
  /** Root's part anew without a question, where it is installed. */
  startInstalled(): Promise<Guard | undefined>;
};

const EVERY_MS = 3000;

export function watchRedirect({ clock, log, redirect, startInstalled }: Deps): RedirectWatch {
  let health: RedirectHealth = { healthy: true, checkedAt: undefined };
  let cancel = () => {};
  let stopped = false;
  let saidEnded = false;
  // Once for each loss: rules of others may keep requests away for days.
  let saidAnew = false;
  let isStarting = false;

  async function check(): Promise<boolean> {
    const healthy = await passesAll(redirect.tests());
    // What is being torn down is neither news nor to be repaired.
    if (stopped) return healthy;
    if (healthy !== health.healthy) {
      log[healthy ? "info" : "warn"](healthy ? "requests reach metacred again" : "requests do not reach metacred");
    }
    if (healthy) saidAnew = false;
    health = { healthy, checkedAt: clock.now() };
    if (!healthy || redirect.rootPart() === "ended") await repair();
    return healthy;
  }

  async function repair(): Promise<void> {
    if (redirect.method() === "none") return;
    if (redirect.again()) {
      if (!saidAnew) log.info("applying the redirect anew");
      saidAnew = true;
      return;
    }
    if (!saidEnded) log.error("root's part of the redirect has ended: metacred net up starts it again");
    saidEnded = true;
    if (isStarting) return;
    isStarting = true;
    try {
      const guard = await startInstalled();
      if (guard === undefined) return;
      if (stopped) return void guard.down(0);
      redirect.adopt(guard);
      saidEnded = false;
      log.info("started root's part again");
    } catch (error) {
      log.debug("root's part did not start", { error: messageOf(error) });
    } finally {
      isStarting = false;
    }
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
