// The end of a switch for a time, by the wall clock: a timer alone would stand still while the machine sleeps.
import type { Clock } from "../sys/clock.ts";
import type { Lease } from "./switch-memory.ts";

export type LeaseEvent = { kind: "ending"; lease: Lease } | { kind: "ended"; lease: Lease; now: string };

export type LeaseWatch = { follow(lease: Lease | undefined, isProtected: boolean): void };

type Deps = { clock: Clock; onEvent(event: LeaseEvent): void; end(): Promise<void> };

const LOOK_EVERY_MS = 10_000;
const TELL_BEFORE_MS = 120_000;

/** Calls `end` once the lease is over, and tells of a protected role's end a little ahead. */
export function watchLease({ clock, onEvent, end }: Deps): LeaseWatch {
  let cancel = () => {};
  const look = (lease: Lease, tell: boolean) => {
    const leftMs = lease.until.getTime() - clock.now().getTime();
    if (leftMs <= 0) return void end();
    const tellNow = tell && leftMs <= TELL_BEFORE_MS;
    if (tellNow) onEvent({ kind: "ending", lease });
    const tellLater = tell && !tellNow;
    const nextMs = tellLater ? leftMs - TELL_BEFORE_MS : leftMs;
    cancel = clock.after(Math.min(nextMs, LOOK_EVERY_MS), () => look(lease, tellLater));
  };
  return {
    follow(lease, isProtected) {
      cancel();
      // Who took it for so short a time knows that it ends soon.
      const isLong = lease !== undefined && lease.until.getTime() - clock.now().getTime() > TELL_BEFORE_MS;
      if (lease !== undefined) look(lease, isProtected && isLong);
    },
  };
}
