// Keys that AWS does not take, and roles that it does not let them have, in words with a next step.
import { CliError, EXIT } from "../errors.ts";
import type { AssumeStep } from "./assume-step.ts";
import { awsErrorCode, explainCall } from "./explain.ts";

/** Where keys come from, in words, and what to do for new ones. */
export type Origin = { from: string; renew: string };

type Attempt = {
  step: AssumeStep;
  /** Who tried, where that is known. */
  principal: string | undefined;
  origin: Origin;
  /** No second factor was shown. */
  withoutMfa: boolean;
};

/** A failed AssumeRole: names the role and who tried. */
export function explainAssumeRole(error: unknown, attempt: Attempt): CliError {
  const { roleArn } = attempt.step;
  switch (awsErrorCode(error)) {
    case "AccessDenied":
    case "AccessDeniedException":
      return refused(error, attempt);
    default:
      return explainDeadKeys(error, attempt.origin) ?? explainCall(error, `assume ${roleArn}`);
  }
}

/** Keys that AWS itself calls expired, unknown or wrong; undefined for any other failure. */
export function explainDeadKeys(error: unknown, { from, renew }: Origin): CliError | undefined {
  const code = awsErrorCode(error);
  const message = code === undefined ? undefined : DEAD[code]?.(from);
  if (message === undefined) return undefined;
  return new CliError(`${message} (${code})`, { hint: renew, exit: EXIT.needsPerson, cause: error });
}

// --- internal ---

const expired = (from: string) => `the session of ${from} has expired, says AWS`;
const unknown = (from: string) => `AWS does not know the access key of ${from}`;
const DEAD: Readonly<Record<string, (from: string) => string>> = {
  ExpiredToken: expired,
  ExpiredTokenException: expired,
  InvalidClientTokenId: unknown,
  UnrecognizedClientException: unknown,
  SignatureDoesNotMatch: (from) => `the secret key of ${from} does not go with its access key id`,
};

function refused(error: unknown, { step, principal, withoutMfa }: Attempt): CliError {
  const who = principal ?? "the base credentials";
  const actions = [
    "sts:AssumeRole",
    ...(step.tags === undefined ? [] : ["sts:TagSession"]),
    ...(step.sourceIdentity === undefined ? [] : ["sts:SetSourceIdentity"]),
  ];
  const conditions = [
    ...(step.externalId === undefined ? [] : ["look at external_id"]),
    ...(withoutMfa ? ["set mfa_serial where the policy wants MFA"] : []),
  ].map((words) => `; ${words}`);
  return new CliError(`AWS refused: ${who} may not assume ${step.roleArn}`, {
    hint: `allow ${actions.join(", ")} for ${who} and name it in the role's trust policy${conditions.join("")}`,
    exit: EXIT.awsRefused,
    cause: error,
  });
}
