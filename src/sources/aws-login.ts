// A sign-in by `aws login`: kept and renewed by the AWS SDK where the AWS CLI keeps it. What the SDK throws does not tell
// a sign-in that has ended from a network that is down, so its calls are watched.
import { fromIni } from "@aws-sdk/credential-provider-ini";
import type { HttpHandler } from "@smithy/core/protocols";
import type { AwsCredentialIdentity } from "@smithy/types";
import { explainCall, isTimeout } from "../aws/explain.ts";
import { CliError, EXIT } from "../errors.ts";

type Failure = { cause: unknown } | undefined;

/** Throws with exit 4 where a person must sign in again; for anything else trying again may help. */
export async function fromAwsLogin(
  profile: string,
  region: string,
  handler: HttpHandler<object>,
): Promise<AwsCredentialIdentity> {
  let failure: Failure;
  const watched: HttpHandler<object> = {
    ...handler,
    async handle(request, options) {
      failure = undefined;
      try {
        const answer = await handler.handle(request, options);
        const { statusCode } = answer.response;
        if (statusCode >= 500 || statusCode === 429) failure = { cause: new Error(`it answered ${statusCode}`) };
        return answer;
      } catch (error) {
        failure = { cause: error };
        throw error;
      }
    },
  };
  try {
    return await fromIni({ profile, ignoreCache: true, clientConfig: { region, requestHandler: watched } })();
  } catch (error) {
    throw explain(error, profile, failure);
  }
}

function explain(error: unknown, profile: string, failure: Failure): CliError {
  if (failure !== undefined) return explainCall(failure.cause, `renew the sign-in of the AWS profile "${profile}"`);
  if (isTimeout(error)) return explainCall(error, `read the sign-in of the AWS profile "${profile}"`);
  return new CliError(`the sign-in of the AWS profile "${profile}" has ended`, {
    hint: `aws login --profile ${profile}`,
    exit: EXIT.needsPerson,
    cause: error,
  });
}
