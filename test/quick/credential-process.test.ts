import { describe, expect, test } from "bun:test";
import type { CredentialsAnswer } from "../../src/daemon/protocol.ts";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import { CliError } from "../../src/errors.ts";
import { keysSection } from "../support/scratch-aws.ts";
import { desk } from "./command.ts";

const ANSWER: CredentialsAnswer = {
  access_key_id: "ASIA",
  secret_access_key: "s",
  session_token: "t",
  expiration: "2030-01-01T00:00:00.123Z",
  account_id: "111122223333",
  region: null,
};

describe("from the daemon", () => {
  test("the document of version 1, whole seconds, nothing on stderr", async () => {
    const asked: (string | undefined)[] = [];
    await using it = desk({ credentials: async (role) => (asked.push(role), ANSWER) });
    const { stdout, stderr, exitCode } = await it.metacred("credential-process");
    expect([stderr, exitCode]).toEqual(["", 0]);
    expect(JSON.parse(stdout)).toEqual({
      Version: 1,
      AccessKeyId: "ASIA",
      SecretAccessKey: "s",
      SessionToken: "t",
      Expiration: "2030-01-01T00:00:00Z",
      AccountId: "111122223333",
    });
    await it.metacred("credential-process", "--role", "dev");
    await it.metacred("credential-process", "--role=dev");
    expect(asked).toEqual([undefined, "dev", "dev"]);
  });

  test("an account that is not known is left out; without an expiry clients come again in a quarter of an hour", async () => {
    await using it = desk({ credentials: async () => ({ ...ANSWER, expiration: null, account_id: null }) });
    const { stdout } = await it.metacred("credential-process");
    const { Expiration, ...rest } = JSON.parse(stdout) as Record<string, string>;
    expect(Object.keys(rest)).toEqual(["Version", "AccessKeyId", "SecretAccessKey", "SessionToken"]);
    const leftMs = Date.parse(String(Expiration)) - Date.now();
    expect([leftMs > 14 * 60_000, leftMs <= 15 * 60_000]).toEqual([true, true]);
  });

  test("its refusal is not answered by a fetch of one's own", async () => {
    await using it = desk({
      credentials: () => Promise.reject(new CliError("sign in first", { hint: "aws sso login", exit: 4 })),
    });
    it.file(".aws/credentials", keysSection("default", DEMO_USER));
    const stderr = "metacred: sign in first\n  try: aws sso login\n";
    expect(await it.metacred("credential-process")).toEqual({ stdout: "", stderr, exitCode: 4 });
  });
});

describe("without a daemon", () => {
  test("fetched here", async () => {
    await using aws = startMockAws();
    await using it = desk();
    it.env["AWS_ENDPOINT_URL"] = aws.url;
    it.file(".aws/credentials", keysSection("default", DEMO_USER));
    it.file(".config/metacred/config.toml", `[roles.dev]\nrole_arn = "${DEMO_ROLES.developer}"\n`);
    const { stdout, stderr, exitCode } = await it.metacred("credential-process", "--role", "dev");
    expect([stderr, exitCode]).toEqual(["", 0]);
    const { Version, Expiration, AccountId } = JSON.parse(stdout) as Record<string, unknown>;
    expect({ Version, AccountId }).toEqual({ Version: 1, AccountId: "111122223333" });
    expect(Expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  test("expired keys of the environment are not handed on", async () => {
    await using it = desk();
    Object.assign(it.env, {
      AWS_ACCESS_KEY_ID: "ASIA",
      AWS_SECRET_ACCESS_KEY: "s",
      AWS_SESSION_TOKEN: "t",
      AWS_CREDENTIAL_EXPIRATION: "2020-01-01T00:00:00Z",
    });
    const { stdout, stderr, exitCode } = await it.metacred("credential-process");
    expect([stdout, exitCode]).toEqual(["", 1]);
    expect(stderr).toMatch(/^metacred: the source handed over credentials that have already expired\n/);
  });

  test("nothing to take them from", async () => {
    await using it = desk();
    const { stdout, stderr, exitCode } = await it.metacred("credential-process");
    expect([stdout, exitCode]).toEqual(["", 2]);
    expect(stderr).toMatch(/^metacred: there are no base credentials/);
  });
});
