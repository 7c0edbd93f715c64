import { describe, expect, test } from "bun:test";
import { awsErrorCode, explainAssumeRole, explainBase, explainCall, explainDeadKeys } from "../../src/aws/explain.ts";
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

describe("AssumeRole", () => {
  test.each(["AccessDenied", "AccessDeniedException"])("%s names the role and who tried", (code) => {
    const error = explainAssumeRole(aws(code), ROLE, ANN);
    expect(shown(error)).toEqual({
      message: `AWS refused: ${ANN} may not assume ${ROLE}`,
      hint: `allow sts:AssumeRole for ${ANN} and name it in the role's trust policy`,
      exit: 6,
    });
    expect(error.cause).toBeInstanceOf(Error);
  });

  test("by nobody knows whom", () => {
    expect(explainAssumeRole(aws("AccessDenied"), ROLE, undefined).message).toBe(
      `AWS refused: the base credentials may not assume ${ROLE}`,
    );
  });

  test.each([
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
  ])("%s: a person must renew the base", (code) => {
    const wanted = {
      message: `AWS does not accept the base credentials (${code}) for ${ROLE}`,
      hint: "renew the base credentials, then metacred use",
      exit: 4 as const,
    };
    expect(shown(explainAssumeRole(aws(code), ROLE, ANN))).toEqual(wanted);
    expect(explainDeadKeys(aws(code), ROLE)).toMatchObject(wanted);
  });

  test("anything else is a failed call", () => {
    expect(shown(explainAssumeRole(aws("ValidationError"), ROLE, ANN))).toEqual({
      message: `cannot assume ${ROLE}: ValidationError: words of AWS`,
      hint: "metacred status",
      exit: 1,
    });
  });
});

test.each<[string, Error]>([
  ["a network error of that name", named("ExpiredToken")],
  ["Throttling", aws("Throttling")],
  ["AccessDenied", aws("AccessDenied")],
])("%s does not say that keys are dead", (_title, error) => {
  expect(explainDeadKeys(error, ROLE)).toBeUndefined();
});

describe("any call", () => {
  test.each<[string, unknown, string, string, number]>([
    ["AccessDenied", aws("AccessDeniedException"), "AccessDeniedException: words of AWS", "ask for the permission", 6],
    ["another code", aws("Throttling"), "Throttling: words of AWS", "metacred status", 1],
    ["a time limit", named("TimeoutError"), "no answer in time", "check the network and HTTPS_PROXY", 1],
    ["an abort", named("AbortError"), "no answer in time", "check the network and HTTPS_PROXY", 1],
    ["no connection", named("Error", "Unable to connect"), "Unable to connect", "check the network and HTTPS_PROXY", 1],
    ["no error at all", "odd", "odd", "check the network and HTTPS_PROXY", 1],
  ])("%s", (_title, thrown, reason, hint, exit) => {
    expect(shown(explainCall(thrown, "do it")) as object).toEqual({ message: `cannot do it: ${reason}`, hint, exit });
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
});
