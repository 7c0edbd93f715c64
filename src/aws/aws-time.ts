// What time it is at AWS, which sets every expiry, on a machine whose wall clock may be wrong, set right, or asleep.
import type { Clock } from "../sys/clock.ts";

export type AwsTime = {
  now(): Date;
  /** How far the wall clock is ahead of AWS; undefined until AWS has answered once, 0 where it makes no difference. */
  skewMs(): number | undefined;
  /** Takes the Date header of an answer of AWS. */
  measure(date: string): void;
  /** What is known, for a process that comes later. */
  anchor(): TimeAnchor;
  /** What a process before knew; of no use once AWS has answered. `sameBoot`: its uptime is this one's. */
  recall(anchor: TimeAnchor, sameBoot: boolean): void;
  /** An instant of AWS's as this machine's wall clock will show it, which is what its programs compare with. */
  toLocal(instant: Date): Date;
  /** The other way round. */
  fromLocal(instant: Date): Date;
};

/** One moment, by AWS, by the wall clock, and since boot. */
export type TimeAnchor = { awsMs: number; wallMs: number; uptimeMs: number };

// The header has whole seconds, and an answer takes a while.
const NEGLIGIBLE_MS = 2000;
const HALF_SECOND_MS = 500;

// Between two looks at the uptime, unless the clocks part before: every metadata request asks what time it is.
const LOOK_AGAIN_MS = 1000;

export function createAwsTime(clock: Pick<Clock, "now" | "monotonicMs" | "uptimeMs">): AwsTime {
  const wallMs = () => clock.now().getTime();
  let anchor: TimeAnchor = { awsMs: wallMs(), wallMs: wallMs(), uptimeMs: clock.uptimeMs() };
  let measured = false;
  let recalled = false;
  let last = { wallMs: Number.NaN, monotonicMs: Number.NaN, skewMs: 0 };

  // Uptime goes on through suspend and does not follow a wall clock that is set. Where the wall clock runs ahead of it
  // nobody knows whether it was set or whether a virtual machine stood still, so the later instant counts: served
  // credentials may then be renewed too early, but never too late.
  function estimate(wall: number): number {
    const byUptime = anchor.awsMs + clock.uptimeMs() - anchor.uptimeMs;
    if (Math.abs(wall - byUptime) < NEGLIGIBLE_MS) return 0;
    const skew = wall - Math.max(byUptime, anchor.awsMs + wall - anchor.wallMs);
    return Math.abs(skew) < NEGLIGIBLE_MS ? 0 : skew;
  }

  function skewAt(wall: number): number {
    const monotonicMs = clock.monotonicMs();
    const passedMs = monotonicMs - last.monotonicMs;
    const isRecent = passedMs < LOOK_AGAIN_MS && Math.abs(wall - last.wallMs - passedMs) < LOOK_AGAIN_MS;
    if (!isRecent) last = { wallMs: wall, monotonicMs, skewMs: estimate(wall) };
    return last.skewMs;
  }

  return {
    now() {
      const wall = wallMs();
      return new Date(wall - skewAt(wall));
    },
    skewMs: () => (measured || recalled ? skewAt(wallMs()) : undefined),
    measure(date) {
      const saidMs = Date.parse(date);
      if (Number.isNaN(saidMs)) return;
      const wall = wallMs();
      const exactMs = saidMs + HALF_SECOND_MS;
      const isRight = Math.abs(exactMs - wall) < NEGLIGIBLE_MS;
      anchor = { awsMs: isRight ? wall : exactMs, wallMs: wall, uptimeMs: clock.uptimeMs() };
      last = { ...last, wallMs: Number.NaN };
      measured = true;
    },
    anchor: () => anchor,
    recall(known, sameBoot) {
      if (measured) return;
      const wall = wallMs();
      // After another boot the clock may have been set right, or not: the later instant counts here, too.
      const skew = Math.min(0, known.wallMs - known.awsMs);
      anchor = sameBoot ? known : { awsMs: wall - skew, wallMs: wall, uptimeMs: clock.uptimeMs() };
      last = { ...last, wallMs: Number.NaN };
      recalled = true;
    },
    toLocal: (instant) => moved(instant, skewAt(wallMs())),
    fromLocal: (instant) => moved(instant, -skewAt(wallMs())),
  };
}

function moved(instant: Date, ms: number): Date {
  return ms === 0 ? instant : new Date(instant.getTime() + ms);
}
