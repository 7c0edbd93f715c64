// What reaches AWS and brokers, and the time it is there.
import type { HttpHandler } from "@smithy/core/protocols";
import { type AwsTime, createAwsTime } from "../aws/aws-time.ts";
import type { Session } from "../aws/credentials.ts";
import { createAwsHandler } from "../aws/http-handler.ts";
import { type Outbound, createOutbound } from "../aws/outbound.ts";
import { type Sts, createSts } from "../aws/sts.ts";
import type { Context } from "../context.ts";
import { profilesStamp } from "../sources/profile-memory.ts";
import type { Clock } from "../sys/clock.ts";

export type AwsParts = {
  handler: HttpHandler<object>;
  sts: Sts;
  send: Outbound;
  time: AwsTime;
  /** The machine's clock with AWS's wall time, by which sessions live. */
  clock: Clock;
};

/** `proxy` is the config's, asked for each request. */
export function createAwsParts({ env, clock: machine }: Context, proxy: () => string): AwsParts {
  const time = createAwsTime(machine);
  const clock = { ...machine, now: time.now };
  const named = () => proxy() || undefined;
  const handler = createAwsHandler(env, { proxy: named, onDate: time.measure });
  const send = createOutbound({ env, proxy: named });
  // The environment is a daemon's for life.
  const sts = createSts(handler, time, () => profilesStamp(env, machine));
  return { handler, sts, send, time, clock };
}

/** A session with the instants that this machine's programs will compare with its own clock. */
export function toLocal(session: Session, time: AwsTime): Session {
  const obtainedAt = time.toLocal(session.obtainedAt);
  const expiration = session.expiration && time.toLocal(session.expiration);
  const isSame = obtainedAt === session.obtainedAt && expiration === session.expiration;
  return isSame ? session : { ...session, obtainedAt, expiration };
}

// What is left of a second in AWS's answers makes the skew waver.
const WAVER_MS = 2000;

/** `toLocal`, that gives the same object for the same session as long as the clocks stay as they are. */
export function createLocalSessions(time: AwsTime): (session: Session) => Session {
  const known = new WeakMap<Session, { skewMs: number; local: Session }>();
  return (session) => {
    const skewMs = time.skewMs() ?? 0;
    const last = known.get(session);
    if (last !== undefined && Math.abs(last.skewMs - skewMs) <= WAVER_MS) return last.local;
    const local = toLocal(session, time);
    known.set(session, { skewMs, local });
    return local;
  };
}
