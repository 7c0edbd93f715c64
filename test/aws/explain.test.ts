import { describe, expect, test } from "bun:test";
import type { AssumeStep } from "../../src/aws/assume-step.ts";
import { explainAssumeRole, explainDeadKeys } from "../../src/aws/explain-keys.ts";
import { awsErrorCode, explainBase, explainCall } from "../../src/aws/explain.ts";
import { CliError } from "../../src/errors.ts";

const ROLE = "arn:aws:iam::111122223333:role/Dev";
const ANN = "arn:aws:iam::111122223333:user/ann";

const named = (name: string, message = "words of AWS") => Object.assign(new Error(message), { name });
const aws = (name: string) => Object.assign(named(name), { $fault: "client" });
const shown = ({ message, hint, exit }: CliError) => ({ message, hint, exit });

test("a code is AWS's own; a network error's name is none", () => {
  expect(awsErrorCode(aws("AccessDenied"))).toBe("AccessDenied");
  expect(awsErrorCode(named("AccessDenied"))).toBeUndefined();
  expect(awsErrorCode("AccessDenied")).toBeUndefined();
});

const STEP = { roleArn: ROLE, sessionName: "me", durationSeconds: 3600 };
const ORIGIN = { from: 'the AWS profile "corp"', renew: "aws configure --profile corp" };
const attempt = { step: STEP, principal: ANN, origin: ORIGIN, withoutMfa: false };

describe("AssumeRole", () => {
  test.each(["AccessDenied", "AccessDeniedException"])("%s names the role and who tried", (code) => {
    const error = explainAssumeRole(aws(code), attempt);
    expect(shown(error)).toEqual({
      message: `AWS refused: ${ANN} may not assume ${ROLE}`,
      hint: `allow sts:AssumeRole for ${ANN} and name it in the role's trust policy`,
      exit: 6,
    });
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("by nobody knows whom", () => {
    expect(explainAssumeRole(aws("AccessDenied"), { ...attempt, principal: undefined }).message).toBe(
      `AWS refused: the base credentials may not assume ${ROLE}`,
    );
  });

  test.each<[string, Partial<typeof attempt> & { step?: AssumeStep }, string]>([
    ["tags", { step: { ...STEP, tags: { a: "b" } } }, "allow sts:AssumeRole, sts:TagSession for"],
    [
      "a source identity",
      { step: { ...STEP, sourceIdentity: "me" } },
      "allow sts:AssumeRole, sts:SetSourceIdentity for",
    ],
    ["an external id", { step: { ...STEP, externalId: "x" } }, "trust policy; look at external_id"],
    ["keys that showed no code", { withoutMfa: true }, "trust policy; set mfa_serial where the policy wants MFA"],
  ])("refused with %s: what else it takes", (_title, more, words) => {
    expect(explainAssumeRole(aws("AccessDenied"), { ...attempt, ...more }).hint).toContain(words);
  });

  test.each([
    ["ExpiredToken", 'the session of the AWS profile "corp" has expired, says AWS'],
    ["ExpiredTokenException", 'the session of the AWS profile "corp" has expired, says AWS'],
    ["InvalidClientTokenId", 'AWS does not know the access key of the AWS profile "corp"'],
    ["UnrecognizedClientException", 'AWS does not know the access key of the AWS profile "corp"'],
    ["SignatureDoesNotMatch", 'the secret key of the AWS profile "corp" does not go with its access key id'],
  ])("%s: a person must renew the base", (code, words) => {
    const wanted = { message: `${words} (${code})`, hint: ORIGIN.renew, exit: 4 as const };
    expect(shown(explainAssumeRole(aws(code), attempt))).toEqual(wanted);
    expect(explainDeadKeys(aws(code), ORIGIN)).toMatchObject(wanted);
  });

  test("anything else is a failed call", () => {
    expect(explainAssumeRole(aws("ValidationError"), attempt).message).toBe(
      `cannot assume ${ROLE}: ValidationError: words of AWS`,
    );
  });
});

test.each<[string, Error]>([
  ["a network error of that name", named("ExpiredToken")],
  ["Throttling", aws("Throttling")],
  ["AccessDenied", aws("AccessDenied")],
])("%s does not say that keys are dead", (_title, error) => {
  expect(explainDeadKeys(error, ORIGIN)).toBeUndefined();
});

describe("any call", () => {
  test.each<[string, string, number]>([
    ["AccessDeniedException", "ask for the permission", 6],
    ["Throttling", "wait a little: AWS limits how often one may ask", 1],
    ["TooManyRequestsException", "wait a little: AWS limits how often one may ask", 1],
    ["RegionDisabledException", "activate STS for that region in IAM's account settings, or set another region", 1],
    ["MalformedPolicyDocumentException", "correct the policy of the role in the config", 2],
    ["MalformedPolicyDocument", "correct the policy of the role in the config", 2],
    ["PackedPolicyTooLargeException", "shorten policy, policy_arns or tags of the role: AWS packs them into one", 2],
    ["ValidationError", "correct what AWS names, in the role's table or profile", 2],
    ["RequestExpired", "set this machine's clock: timedatectl set-ntp true", 1],
    ["InvalidSignatureException", "set this machine's clock: timedatectl set-ntp true", 1],
    ["ServiceUnavailable", "try again in a while: AWS has trouble of its own", 1],
    ["InternalFailure", "try again in a while: AWS has trouble of its own", 1],
    ["Odd", "look up Odd in AWS's documentation", 1],
  ])("refused with %s", (code, hint, exit) => {
    const message = `cannot do it: ${code}: words of AWS`;
    expect(shown(explainCall(aws(code), "do it")) as object).toEqual({ message, hint, exit });
  });

  test.each<[string, unknown, string]>([
    ["a time limit", named("TimeoutError"), "no answer in time"],
    ["an abort", named("AbortError"), "no answer in time"],
    ["no connection", named("Error", "Unable to connect"), "Unable to connect"],
    ["no error at all", "odd", "odd"],
  ])("%s", (_title, thrown, reason) => {
    const hint = "check the network and HTTPS_PROXY";
    expect(shown(explainCall(thrown, "do it")) as object).toEqual({
      message: `cannot do it: ${reason}`,
      hint,
      exit: 1,
    });
  });

  test("the request that some refusals repeat is not", () => {
    const words = `it does not match.\n\nThe Canonical String was\nx-amz-security-token:hush`;
    expect(explainCall(Object.assign(named("Odd", words), { $fault: "client" }), "do it").message).toEndWith(
      "not match.",
    );
    expect(explainCall(Object.assign(named("Odd", "x".repeat(9999)), { $fault: "client" }), "do").message.length).toBe(
      316,
    );
  });

  test("what is explained already stays as it is", () => {
    const known = new CliError("known", { hint: "type this", exit: 4 });
    expect(explainCall(known, "do it")).toBe(known);
    expect(explainBase(known, "p")).toBe(known);
  });
});

describe("a base profile", () => {
  test.each<[string, Error, object]>([
    [
      "a time limit",
      named("TimeoutError"),
      {
        message: 'the AWS profile "p" gave no credentials in time',
        hint: "aws sts get-caller-identity --profile p",
        exit: 1,
      },
    ],
    [
      "anything else, its first line",
      named("CredentialsProviderError", "\nit broke\n  at line 5"),
      {
        message: 'the AWS profile "p" gave no credentials: it broke',
        hint: "aws sts get-caller-identity --profile p",
        exit: 1,
      },
    ],
  ])("%s", (_title, error, wanted) => {
    expect(shown(explainBase(error, "p")) as object).toEqual(wanted);
  });

  test.each<[string, string, number]>([
    ["AccessDenied", "name its identity provider, audience and subject in the role's trust policy", 6],
    ["IDPRejectedClaim", "name its identity provider, audience and subject in the role's trust policy", 6],
    ["ExpiredTokenException", "have the file that web_identity_token_file names renewed: its token has expired", 4],
    ["InvalidIdentityToken", "look into the file that web_identity_token_file names", 4],
    ["IDPCommunicationError", "try again: AWS could not reach the identity provider", 1],
    ["ValidationError", "correct what AWS names, in the role's table or profile", 2],
  ])("with a web identity that AWS refuses with %s", (code, hint, exit) => {
    const error = explainBase(aws(code), "p");
    expect(error).toMatchObject({ message: `the AWS profile "p" gave no credentials: ${code}: words of AWS`, exit });
    expect(error.hint).toStartWith(hint);
  });
});
