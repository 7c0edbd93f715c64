import type { Session } from "../aws/credentials.ts";
import type { RoleSpec } from "../roles/role-spec.ts";
import { partitionOf } from "./imds-view.ts";
import type { CredentialsAnswer } from "./protocol.ts";

/** A session as the control socket carries it, with its real expiry. */
export function credentialsAnswer(spec: RoleSpec, session: Session): CredentialsAnswer {
  const { accessKeyId, secretAccessKey, sessionToken } = session.credentials;
  return {
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    session_token: sessionToken ?? "",
    expiration: session.expiration?.toISOString() ?? null,
    account_id: session.accountId ?? null,
    region: spec.region ?? null,
    partition: partitionOf(spec, session),
  };
}

/** A session whose users have to come again at `end`, though AWS would let it go on. */
export function endingBy(end: Date | undefined, session: Session): Session {
  const { expiration } = session;
  return end === undefined || (expiration !== undefined && expiration <= end)
    ? session
    : { ...session, expiration: end };
}
