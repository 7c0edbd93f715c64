// AWS CLI v2 against the mock. It has a canonicaliser, an XML parser and error texts of its own.
import { describe, expect, test } from "bun:test";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { requireTools } from "../support/require-tools.ts";
import { runClient } from "./command-line.ts";
import type { Finished } from "./command-line.ts";

// By its path: a version 1 from PyPI often stands before it on PATH.
const AWS = "/usr/bin/aws";
// Where it is missing the package is asked for, so that the line which says so names what to install.
const NEEDED = Bun.which(AWS) === null ? "awscli" : AWS;

function sts(url: string, words: readonly string[], environment: Record<string, string> = {}): Promise<Finished> {
  return runClient([AWS, "sts", ...words, "--endpoint-url", url, "--output", "json"], environment);
}

describe.skipIf(!requireTools([NEEDED]))("AWS CLI", () => {
  test("get-caller-identity", async () => {
    await using aws = startMockAws();
    const { stdout, stderr, exitCode } = await sts(aws.url, ["get-caller-identity"]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(JSON.parse(stdout)).toMatchObject({
      Account: "111122223333",
      Arn: "arn:aws:iam::111122223333:user/alice",
    });
  }, 30_000);

  test("assume-role, then get-caller-identity with what came back", async () => {
    await using aws = startMockAws();
    const words = ["assume-role", "--role-arn", DEMO_ROLES.readOnly, "--role-session-name", "cli", "--tags"];
    const assumed = await sts(aws.url, [...words, "Key=team,Value=a b+c"]);
    expect(assumed.stderr).toBe("");
    const keys = JSON.parse(assumed.stdout).Credentials;
    const identity = await sts(aws.url, ["get-caller-identity", "--query", "Arn"], {
      AWS_ACCESS_KEY_ID: keys.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.SecretAccessKey,
      AWS_SESSION_TOKEN: keys.SessionToken,
    });
    expect(JSON.parse(identity.stdout)).toBe("arn:aws:sts::222233334444:assumed-role/ReadOnly/cli");
    expect(aws.calls[0]?.parameters["Tags.member.1.Value"]).toBe("a b+c");
  }, 30_000);

  test("access denied, in the words people search for", async () => {
    await using aws = startMockAws();
    const words = ["assume-role", "--role-arn", DEMO_ROLES.forbidden, "--role-session-name", "cli"];
    const { stderr, exitCode } = await sts(aws.url, words);
    expect(exitCode).toBe(254);
    expect(stderr.trim()).toBe(
      `An error occurred (AccessDenied) when calling the AssumeRole operation: User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:AssumeRole on resource: ${DEMO_ROLES.forbidden}`,
    );
  }, 30_000);

  test("a wrong secret", async () => {
    await using aws = startMockAws();
    const { stderr } = await sts(aws.url, ["get-caller-identity"], { AWS_SECRET_ACCESS_KEY: "wrong" });
    expect(stderr).toContain("An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation");
  }, 30_000);
});
