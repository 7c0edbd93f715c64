// Notices that the machine woke up, since only its wall clock runs on meanwhile, and that its network changed: both are
// moments to try again at once what has failed or become due.
import type { Log } from "../output.ts";
import type { Clock } from "../sys/clock.ts";

type Deps = {
  clock: Clock;
  log: Log;
  /** Changes with the network. */ routes(): string;
  onChange(why: "slept" | "changed"): void;
};

const EVERY_MS = 3000;
// A jump of the wall clock by more than this against the monotonic one: the machine was suspended, or its clock set.
const SLEPT_MS = 10_000;

/** Returns the end of it. */
export function watchMachine({ clock, log, routes, onChange }: Deps): () => void {
  const offset = () => clock.now().getTime() - clock.monotonicMs();
  let offsetMs = offset();
  let known = routes();
  let cancel = () => {};

  function tick(): void {
    const slept = offset() - offsetMs > SLEPT_MS;
    const now = routes();
    const changed = now !== known;
    offsetMs = offset();
    known = now;
    if (slept) log.info("the machine woke up: trying again what is due");
    else if (changed) log.info("the network changed: trying again what has failed");
    if (slept || changed) onChange(slept ? "slept" : "changed");
    cancel = clock.after(EVERY_MS, tick);
  }

  cancel = clock.after(EVERY_MS, tick);
  return () => cancel();
}
