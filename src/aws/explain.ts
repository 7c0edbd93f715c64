// What AWS refused, in words with a next step. Decides by error names and HTTP status, never by message text.
import { type Again, CliError, EXIT, messageOf } from "../errors.ts";

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

/** A failed AssumeRole: names the role and who tried. */
export function explainAssumeRole(error: unknown, roleArn: string, principal: string | undefined): CliError {
  const who = principal ?? "the base credentials";
  switch (awsErrorCode(error)) {
    case "AccessDenied":
    case "AccessDeniedException":
      return new CliError(`AWS refused: ${who} may not assume ${roleArn}`, {
        hint: `allow sts:AssumeRole for ${who} and name it in the role's trust policy`,
        exit: EXIT.awsRefused,
        cause: error,
      });
    default:
      return explainDeadKeys(error, roleArn) ?? explainCall(error, `assume ${roleArn}`);
  }
}

/** Keys that AWS itself calls expired or unknown; undefined for any other failure. `purpose`: what they were to do. */
export function explainDeadKeys(error: unknown, purpose: string): CliError | undefined {
  const code = awsErrorCode(error);
  switch (code) {
    case "ExpiredToken":
    case "ExpiredTokenException":
    case "InvalidClientTokenId":
    case "UnrecognizedClientException":
    case "SignatureDoesNotMatch":
      return new CliError(`AWS does not accept the base credentials (${code}) for ${purpose}`, {
        hint: "renew the base credentials, then metacred use",
        exit: EXIT.needsPerson,
        cause: error,
      });
    default:
      return undefined;
  }
}

/** Any failed call: what was asked, what came back. */
export function explainCall(error: unknown, what: string): CliError {
  if (error instanceof CliError) return error;
  const code = awsErrorCode(error);
  if (code === undefined) {
    const reason = isTimeout(error) ? "no answer in time" : messageOf(error);
    return new CliError(`cannot ${what}: ${reason}`, { hint: "check the network and HTTPS_PROXY", cause: error });
  }
  return new CliError(`cannot ${what}: ${code}: ${messageOf(error)}`, {
    hint: code.startsWith("AccessDenied") ? "ask for the permission" : "metacred status",
    again: patienceOf(error),
    exit: code.startsWith("AccessDenied") ? EXIT.awsRefused : EXIT.failure,
    cause: error,
  });
}

/** A base profile that gave no credentials. */
export function explainBase(error: unknown, profile: string): CliError {
  if (error instanceof CliError) return error;
  if (isTimeout(error)) {
    return new CliError(`the AWS profile "${profile}" gave no credentials in time`, {
      hint: `aws sts get-caller-identity --profile ${profile}`,
      cause: error,
    });
  }
  return new CliError(`the AWS profile "${profile}" gave no credentials: ${firstLine(messageOf(error))}`, {
    hint: `aws sts get-caller-identity --profile ${profile}`,
    cause: error,
  });
}

export function isTimeout(error: unknown): boolean {
  return error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
