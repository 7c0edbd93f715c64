// A RoleSpec to a live session: base credentials, then one AssumeRole after the other.
import type { Credentials, Session } from "../aws/credentials.ts";
import { explainAssumeRole, explainCall, explainDeadKeys } from "../aws/explain.ts";
import type { Identity, Sts } from "../aws/sts.ts";
import { CliError, EXIT } from "../errors.ts";
import { homeRegionOf, parseRoleArn } from "../roles/arn.ts";
import type { RoleSpec } from "../roles/role-spec.ts";
import type { BaseSource } from "./base.ts";

export type SessionSource = (spec: RoleSpec, signal: AbortSignal) => Promise<Session>;

// STS caps a session made from temporary credentials at one hour (AssumeRole, "role chaining").
const CHAINED_SECONDS = 3600;
const IDENTITY_LIMIT_MS = 3000;

export function createSessionSource({ sts, base }: { sts: Sts; base: BaseSource }): SessionSource {
  return async (spec, signal) => {
    const region = regionOf(spec);
    const first = await base(spec.base, region);
    if (spec.steps.length === 0) return asItIs(first, { name: spec.name, region }, sts, signal);
    let session = first;
    for (const step of spec.steps) {
      const keys = session.credentials;
      const longestSeconds = keys.sessionToken === undefined ? step.durationSeconds : CHAINED_SECONDS;
      const durationSeconds = Math.min(step.durationSeconds, longestSeconds);
      try {
        session = await sts.assumeRole(keys, { ...step, durationSeconds }, region, signal);
      } catch (error) {
        throw explainAssumeRole(error, step.roleArn, session.arn ?? (await whoIs(keys, region, sts, signal))?.arn);
      }
    }
    return session;
  };
}

type Called = { name: string; region: string };

// STS answers in every region; where none is known the role's partition has one.
function regionOf({ region, steps }: RoleSpec): string {
  return region ?? homeRegionOf(parseRoleArn(steps[0]?.roleArn ?? "")?.partition ?? "aws");
}

// Clients of a metadata service expect a session token, so long-lived keys become a GetSessionToken session.
async function asItIs(session: Session, spec: Called, sts: Sts, signal: AbortSignal): Promise<Session> {
  if (session.credentials.sessionToken === undefined) return temporaryOf(session.credentials, spec, sts, signal);
  if (session.arn !== undefined) return session;
  const owner = await ownerOf(session.credentials, spec, sts, signal);
  refuseRoot(owner?.arn);
  return { ...session, arn: owner?.arn, accountId: session.accountId ?? owner?.accountId };
}

// A profile may hold a session without saying when it ends: AWS knows, and what has ended is never served. An AWS that
// does not answer says nothing against the session.
async function ownerOf(keys: Credentials, spec: Called, sts: Sts, signal: AbortSignal): Promise<Identity | undefined> {
  try {
    return await sts.callerIdentity(keys, spec.region, within(signal));
  } catch (error) {
    const dead = explainDeadKeys(error, `"${spec.name}"`);
    if (dead !== undefined) throw dead;
    return undefined;
  }
}

async function temporaryOf(keys: Credentials, spec: Called, sts: Sts, signal: AbortSignal): Promise<Session> {
  const call = async <T>(asking: Promise<T>): Promise<T> => {
    try {
      return await asking;
    } catch (error) {
      throw (
        explainDeadKeys(error, `"${spec.name}"`) ?? explainCall(error, `get a session for the keys of "${spec.name}"`)
      );
    }
  };
  // Whose keys these are must be known: those of root would get a session, too.
  const { arn, accountId } = await call(sts.callerIdentity(keys, spec.region, signal));
  refuseRoot(arn);
  return { ...(await call(sts.sessionToken(keys, spec.region, signal))), arn, accountId };
}

function refuseRoot(arn: string | undefined): void {
  if (arn?.endsWith(":root") !== true) return;
  throw new CliError("these are keys of the account's root user, which metacred never serves", {
    hint: "delete them, and use an IAM role or user",
    exit: EXIT.awsRefused,
  });
}

// Knowing who was refused makes better words; not knowing must not hide the refusal.
async function whoIs(keys: Credentials, region: string, sts: Sts, signal: AbortSignal) {
  try {
    return await sts.callerIdentity(keys, region, within(signal));
  } catch {
    return undefined;
  }
}

function within(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(IDENTITY_LIMIT_MS)]);
}
