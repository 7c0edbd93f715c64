// A RoleSpec to a live session: base credentials, then one AssumeRole after the other.
import type { Credentials, Session } from "../aws/credentials.ts";
import { explainAssumeRole, explainCall } from "../aws/explain.ts";
import type { Sts } from "../aws/sts.ts";
import { CliError, EXIT } from "../errors.ts";
import type { RoleSpec } from "../roles/role-spec.ts";
import type { BaseSource } from "./base.ts";

export type SessionSource = (spec: RoleSpec, signal: AbortSignal) => Promise<Session>;

// STS caps a session made from an assumed role's credentials at one hour (AssumeRole, "role chaining").
const CHAINED_SECONDS = 3600;
const IDENTITY_LIMIT_MS = 3000;

export function createSessionSource({ sts, base }: { sts: Sts; base: BaseSource }): SessionSource {
  return async (spec, signal) => {
    const first = await base(spec.base, spec.region);
    if (spec.steps.length === 0) return asItIs(first, spec, sts, signal);
    let session = first;
    for (const [index, step] of spec.steps.entries()) {
      const durationSeconds = index === 0 ? step.durationSeconds : Math.min(step.durationSeconds, CHAINED_SECONDS);
      const keys = session.credentials;
      try {
        session = await sts.assumeRole(keys, { ...step, durationSeconds }, spec.region, signal);
      } catch (error) {
        throw explainAssumeRole(error, step.roleArn, session.arn ?? (await whoIs(keys, spec, sts, signal))?.arn);
      }
    }
    return session;
  };
}

// Clients of a metadata service expect a session token, so long-lived keys become a GetSessionToken session.
async function asItIs(session: Session, spec: RoleSpec, sts: Sts, signal: AbortSignal): Promise<Session> {
  const identity = session.arn === undefined ? await whoIs(session.credentials, spec, sts, signal) : session;
  const known = { ...session, arn: identity?.arn, accountId: session.accountId ?? identity?.accountId };
  if (session.credentials.sessionToken !== undefined) return known;
  if (identity?.arn?.endsWith(":root") === true) {
    throw new CliError("these are keys of the account's root user, which metacred never serves", {
      hint: "delete them, and use an IAM role or user",
      exit: EXIT.awsRefused,
    });
  }
  try {
    const temporary = await sts.sessionToken(session.credentials, spec.region, signal);
    return { ...temporary, arn: known.arn, accountId: known.accountId };
  } catch (error) {
    throw explainCall(error, `get a session for the keys of "${spec.name}"`);
  }
}

// Knowing whose keys these are makes better words; not knowing must not stop anybody.
async function whoIs(keys: Credentials, { region }: RoleSpec, sts: Sts, signal: AbortSignal) {
  try {
    return await sts.callerIdentity(keys, region, AbortSignal.any([signal, AbortSignal.timeout(IDENTITY_LIMIT_MS)]));
  } catch {
    return undefined;
  }
}
