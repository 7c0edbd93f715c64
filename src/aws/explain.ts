// What AWS refused, in words with a next step. Decides by error names and HTTP status, never by message text.
import { type Again, CliError, EXIT, type ExitCode, messageOf } from "../errors.ts";

type AwsError = Error & { $fault?: string; $response?: { headers?: Record<string, string> } };

/** The AWS error code of a failed call, or undefined when AWS never answered. */
export function awsErrorCode(error: unknown): string | undefined {
  const failure = error as AwsError;
  return error instanceof Error && failure.$fault !== undefined ? failure.name : undefined;
}

const THROTTLED = /^(Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown)/;
const THROTTLED_MS = 5000;

/** What AWS said about trying again. */
export function patienceOf(error: unknown): Again | undefined {
  const afterMs = wishOf(error) ?? (THROTTLED.test(awsErrorCode(error) ?? "") ? THROTTLED_MS : undefined);
  return afterMs === undefined ? undefined : { afterMs };
}

/** The Retry-After of a failed call. */
export function wishOf(error: unknown): number | undefined {
  const headers = (error as AwsError).$response?.headers ?? {};
  return retryAfterMs(headers["retry-after"], headers["date"]);
}

/** RFC 9110, 10.2.3: seconds, or a date, which is compared with the answer's own. */
export function retryAfterMs(wish: string | null | undefined, date: string | null | undefined): number | undefined {
  if (!wish) return undefined;
  const ms = /^\d+$/.test(wish) ? Number(wish) * 1000 : Date.parse(wish) - Date.parse(date ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}

/** Any failed call: what was asked, what came back. */
export function explainCall(error: unknown, what: string): CliError {
  if (error instanceof CliError) return error;
  const code = awsErrorCode(error);
  if (code === undefined) {
    const reason = isTimeout(error) ? "no answer in time" : messageOf(error);
    return new CliError(`cannot ${what}: ${reason}`, { hint: "check the network and HTTPS_PROXY", cause: error });
  }
  return new CliError(`cannot ${what}: ${code}: ${shortened(messageOf(error))}`, {
    ...adviceFor(code),
    again: patienceOf(error),
    cause: error,
  });
}

/** A base profile that gave no credentials. */
export function explainBase(error: unknown, profile: string): CliError {
  if (error instanceof CliError) return error;
  const hint = `aws sts get-caller-identity --profile ${profile}`;
  if (isTimeout(error)) {
    return new CliError(`the AWS profile "${profile}" gave no credentials in time`, { hint, cause: error });
  }
  const code = awsErrorCode(error);
  const reason = code === undefined ? "" : `${code}: `;
  return new CliError(
    `the AWS profile "${profile}" gave no credentials: ${reason}${shortened(messageOf(error))}`,
    // The only call that the SDK makes for a profile here is AssumeRoleWithWebIdentity.
    {
      ...(code === undefined ? { hint } : (WEB_IDENTITY[code] ?? adviceFor(code))),
      again: patienceOf(error),
      cause: error,
    },
  );
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
}

type Advice = { hint: string; exit?: ExitCode };

// By the codes that STS documents for its calls, and those common to all services.
const ADVICE: readonly (readonly [RegExp, Advice])[] = [
  [/^AccessDenied/, { hint: "ask for the permission", exit: EXIT.awsRefused }],
  [THROTTLED, { hint: "wait a little: AWS limits how often one may ask" }],
  [/^RegionDisabled/, { hint: "activate STS for that region in IAM's account settings, or set another region" }],
  [/^MalformedPolicyDocument/, { hint: "correct the policy of the role in the config", exit: EXIT.usage }],
  [
    /^PackedPolicyTooLarge/,
    { hint: "shorten policy, policy_arns or tags of the role: AWS packs them into one", exit: EXIT.usage },
  ],
  [/^ValidationError/, { hint: "correct what AWS names, in the role's table or profile", exit: EXIT.usage }],
  [
    /^(RequestExpired|RequestTimeTooSkewed|RequestInTheFuture|InvalidSignature)/,
    { hint: "set this machine's clock: timedatectl set-ntp true" },
  ],
  [/^(ServiceUnavailable|Internal)/, { hint: "try again in a while: AWS has trouble of its own" }],
];

const TRUST: Advice = {
  hint: "name its identity provider, audience and subject in the role's trust policy",
  exit: EXIT.awsRefused,
};
const WEB_IDENTITY: Readonly<Record<string, Advice>> = {
  AccessDenied: TRUST,
  IDPRejectedClaim: TRUST,
  ExpiredTokenException: {
    hint: "have the file that web_identity_token_file names renewed: its token has expired",
    exit: EXIT.needsPerson,
  },
  InvalidIdentityToken: {
    hint: "look into the file that web_identity_token_file names, and for its issuer among IAM's identity providers",
    exit: EXIT.needsPerson,
  },
  IDPCommunicationError: { hint: "try again: AWS could not reach the identity provider" },
};

function adviceFor(code: string): Advice {
  return ADVICE.find(([codes]) => codes.test(code))?.[1] ?? { hint: `look up ${code} in AWS's documentation` };
}

const LONGEST_WORDS = 300;

// The words of some refusals go on with the whole request, and everything that was signed in it.
function shortened(text: string): string {
  return (text.trim().split("\n")[0] ?? "").slice(0, LONGEST_WORDS);
}
