// Base credentials that are the role themselves: whose they are, and a session for keys that have none.
import type { Credentials, Session } from "../aws/credentials.ts";
import { type Origin, explainDeadKeys } from "../aws/explain-keys.ts";
import { explainCall } from "../aws/explain.ts";
import type { Identity, Sts } from "../aws/sts.ts";
import { CliError, EXIT } from "../errors.ts";

/** The role's name and its keys' origin for words, and the region to ask. */
export type Called = { name: string; origin: Origin; region: string };

const IDENTITY_LIMIT_MS = 3000;

// Clients of a metadata service expect a session token, so long-lived keys become a GetSessionToken session.
export async function asItIs(session: Session, spec: Called, sts: Sts, signal: AbortSignal): Promise<Session> {
  if (session.credentials.sessionToken === undefined) return temporaryOf(session.credentials, spec, sts, signal);
  if (session.arn !== undefined) return session;
  const owner = await ownerOf(session.credentials, spec, sts, signal);
  refuseRoot(owner?.arn);
  return { ...session, arn: owner?.arn, accountId: session.accountId ?? owner?.accountId };
}

/** Knowing who was refused makes better words; not knowing must not hide the refusal. */
export async function whoIs(keys: Credentials, region: string, sts: Sts, signal: AbortSignal) {
  try {
    return await sts.callerIdentity(keys, region, within(signal));
  } catch {
    return undefined;
  }
}

/** Who holds long-lived keys. Throws for dead ones and for those of root, which would get a session, too. */
export async function userOf(keys: Credentials, spec: Called, sts: Sts, signal: AbortSignal): Promise<Identity> {
  const identity = await named(sts.callerIdentity(keys, spec.region, signal), spec);
  refuseRoot(identity.arn);
  return identity;
}

// A profile may hold a session without saying when it ends: AWS knows, and what has ended is never served. An AWS that
// does not answer says nothing against the session.
async function ownerOf(keys: Credentials, spec: Called, sts: Sts, signal: AbortSignal): Promise<Identity | undefined> {
  try {
    return await sts.callerIdentity(keys, spec.region, within(signal));
  } catch (error) {
    const dead = explainDeadKeys(error, spec.origin);
    if (dead !== undefined) throw dead;
    return undefined;
  }
}

async function temporaryOf(keys: Credentials, spec: Called, sts: Sts, signal: AbortSignal): Promise<Session> {
  const { arn, accountId } = await userOf(keys, spec, sts, signal);
  const session = await named(sts.sessionToken(keys, spec.region, signal), spec);
  return { ...session, arn, accountId, notices: [LIMITS] };
}

// GetSessionToken: "You cannot call any IAM API operations unless MFA authentication information is included in the
// request. You cannot call any STS API except AssumeRole or GetCallerIdentity."
const LIMITS =
  "a session of an IAM user's keys without MFA may not call IAM, nor STS but AssumeRole and GetCallerIdentity";

async function named<T>(asking: Promise<T>, { name, origin }: Called): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    throw explainDeadKeys(error, origin) ?? explainCall(error, `get a session for the keys of "${name}"`);
  }
}

function refuseRoot(arn: string | undefined): void {
  if (arn?.endsWith(":root") !== true) return;
  throw new CliError("these are keys of the account's root user, which metacred never serves", {
    hint: "delete them, and use an IAM role or user",
    exit: EXIT.awsRefused,
  });
}

function within(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(IDENTITY_LIMIT_MS)]);
}
