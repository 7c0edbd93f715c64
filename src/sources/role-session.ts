// A RoleSpec to a live session: base credentials, a second factor where one is named, then one AssumeRole after the
// other.
import type { AwsTime } from "../aws/aws-time.ts";
import type { Session } from "../aws/credentials.ts";
import { explainAssumeRole } from "../aws/explain-keys.ts";
import type { Sts } from "../aws/sts.ts";
import { homeRegionOf, parseRoleArn } from "../roles/arn.ts";
import { type RoleSpec, isAwsLogin } from "../roles/role-spec.ts";
import type { Clock } from "../sys/clock.ts";
import { asItIs, whoIs } from "./as-it-is.ts";
import { createAssume } from "./assume-step.ts";
import type { BaseSource } from "./base.ts";
import { createMfaSessions } from "./mfa-sessions.ts";
import { originOf } from "./origin.ts";

export type SessionSource = {
  fetch(spec: RoleSpec, signal: AbortSignal): Promise<Session>;
  /** Takes the code of the role's device; what `fetch` needs of it is in memory from then on. */
  signIn(spec: RoleSpec, code: string, signal: AbortSignal): Promise<void>;
};

export type SessionSourceDeps = { sts: Sts; base: BaseSource; clock: Clock; time: Pick<AwsTime, "fromLocal"> };

export function createSessionSource({ sts, base, clock, time }: SessionSourceDeps): SessionSource {
  const assume = createAssume(sts, clock);
  const mfa = createMfaSessions({ sts, clock });

  const start = async (spec: RoleSpec, region: string, signal: AbortSignal): Promise<Session> => {
    const first = await base(spec.base, region);
    return spec.mfa === undefined
      ? first
      : mfa.session({ keys: first.credentials, device: spec.mfa, spec, region }, signal);
  };

  return {
    async fetch(spec, signal) {
      const region = regionOf(spec);
      const first = await start(spec, region, signal);
      if (spec.steps.length === 0) {
        const session = await asItIs(first, { name: spec.name, origin: originOf(spec.base), region }, sts, signal);
        return isAwsLogin(spec.base) ? inAwsTime(session, time) : session;
      }
      let session = first;
      for (const step of spec.steps) {
        const keys = session.credentials;
        try {
          session = await assume(keys, step, region, signal);
        } catch (error) {
          throw explainAssumeRole(error, {
            step,
            principal: session.arn ?? (await whoIs(keys, region, sts, signal))?.arn,
            origin: originOf(spec.base),
            withoutMfa: spec.mfa === undefined && keys.sessionToken === undefined,
          });
        }
      }
      return session;
    },
    async signIn(spec, code, signal) {
      if (spec.mfa === undefined) return;
      const region = regionOf(spec);
      const { credentials: keys } = await base(spec.base, region);
      await mfa.signIn({ keys, device: spec.mfa, spec, region }, code, signal);
    },
  };
}

// The SDK reckons their end by this machine's clock, which may be wrong; by now AWS has answered and told the time.
function inAwsTime(session: Session, time: Pick<AwsTime, "fromLocal">): Session {
  return { ...session, expiration: session.expiration && time.fromLocal(session.expiration) };
}

// STS answers in every region; where none is known the role's partition has one.
function regionOf({ region, steps }: RoleSpec): string {
  return region ?? homeRegionOf(parseRoleArn(steps[0]?.roleArn ?? "")?.partition ?? "aws");
}
