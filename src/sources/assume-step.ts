// One AssumeRole of a chain, in the length that AWS grants: what is refused falls back to an hour, and that is said.
import type { AssumeStep } from "../aws/assume-step.ts";
import type { Credentials, Session } from "../aws/credentials.ts";
import { awsErrorCode } from "../aws/explain.ts";
import type { Sts } from "../aws/sts.ts";
import type { Clock } from "../sys/clock.ts";

export type Assume = (keys: Credentials, step: AssumeStep, region: string, signal: AbortSignal) => Promise<Session>;

// STS caps a session made from temporary credentials at one hour (AssumeRole, "role chaining"). Every role allows it.
const HOUR_SECONDS = 3600;
// A role's maximum may be raised meanwhile; until then no call is wasted on it.
const REMEMBERED_MS = 24 * 3_600_000;

export function createAssume(sts: Pick<Sts, "assumeRole">, clock: Pick<Clock, "now">): Assume {
  const refusedAt = new Map<string, Date>();

  const isRefused = (id: string) => {
    const at = refusedAt.get(id);
    return at !== undefined && clock.now().getTime() - at.getTime() < REMEMBERED_MS;
  };

  return async (keys, step, region, signal) => {
    const ofAnHour = async (notice: string) => {
      const session = await sts.assumeRole(keys, { ...step, durationSeconds: HOUR_SECONDS }, region, signal);
      return { ...session, notices: [notice] };
    };
    if (step.durationSeconds <= HOUR_SECONDS) return sts.assumeRole(keys, step, region, signal);
    const wished = inWords(step.durationSeconds);
    if (keys.sessionToken !== undefined) {
      return ofAnHour(`sessions of ${step.roleArn} last 1h, not ${wished}: STS gives no more to a chained role`);
    }
    const id = `${step.roleArn} ${step.durationSeconds}`;
    const shortened = `AWS refused sessions of ${wished} for ${step.roleArn}: they last 1h until its maximum is raised`;
    if (isRefused(id)) return ofAnHour(shortened);
    try {
      return await sts.assumeRole(keys, step, region, signal);
    } catch (error) {
      // Refused for anything else, the second call fails in the same way and its error is the one to tell.
      if (awsErrorCode(error) !== "ValidationError") throw error;
      const session = await ofAnHour(shortened);
      refusedAt.set(id, clock.now());
      return session;
    }
  };
}

function inWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}
