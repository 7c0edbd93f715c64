import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { fromIni } from "@aws-sdk/credential-provider-ini";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import type { BaseSpec } from "../../src/roles/role-spec.ts";
import { failureOf } from "../support/failure.ts";
import { createGate } from "../support/gate.ts";
import { keysSection } from "../support/scratch-aws.ts";
import { ALICE_ARN, NEVER, REGION, assume, awsScene, profile, secondsLeft } from "./aws-scene.ts";

const ENVIRONMENT: BaseSpec = { kind: "environment" };
const KEYS = `aws_access_key_id = ${DEMO_USER.accessKeyId}\naws_secret_access_key = ${DEMO_USER.secretAccessKey}\n`;
const spec = (name: string) => profile(name).base;

test("keys of a profile, by the file that is there now", async () => {
  await using it = awsScene();
  expect((await it.base(spec("corp"), REGION)).credentials.accessKeyId).toBe(DEMO_USER.accessKeyId);
  it.files.file(".aws/credentials", keysSection("corp", { accessKeyId: "AKIANEW", secretAccessKey: "s" }));
  expect((await it.base(spec("corp"), REGION)).credentials.accessKeyId).toBe("AKIANEW");
});

// Keys that stand in a profile are not left to the SDK; what it would find is what counts.
test.each<[string, string]>([
  ["keys", KEYS],
  ["keys of a session", `${KEYS}aws_session_token = t\n`],
  ["keys with their account", `${KEYS}aws_account_id = 111122223333\n`],
  ["keys beside a credential_process", `${KEYS}credential_process = false\n`],
  ["keys beside a sign-in", `${KEYS}sso_start_url = https://a.example/start\nsso_region = eu-central-1\n`],
  ["keys beside a token file without a role", `${KEYS}web_identity_token_file = /nowhere\n`],
])("%s: as the SDK has them", async (_title, text) => {
  await using it = awsScene({ config: `[profile p]\n${text}` });
  const { credentials, expiration, accountId } = await it.base(spec("p"), REGION);
  const theirs = await fromIni({ profile: "p", ignoreCache: true })();
  const { accessKeyId, secretAccessKey, sessionToken } = theirs;
  expect({ ...credentials }).toEqual({ accessKeyId, secretAccessKey, sessionToken });
  expect({ expiration, accountId }).toEqual({ expiration: theirs.expiration, accountId: theirs.accountId });
});

test("a profile that is its own source: its role is assumed once, by its keys", async () => {
  const config = `[profile p]\n${KEYS}role_arn = ${DEMO_ROLES.developer}\nsource_profile = p\n`;
  await using it = awsScene({ config });
  await it.fetch(profile("p", [assume(DEMO_ROLES.developer)]), NEVER);
  expect(it.aws.calls.map(({ action, principalArn }) => [action, principalArn])).toEqual([["AssumeRole", ALICE_ARN]]);
});

test("a profile with nothing in it", async () => {
  await using it = awsScene({ config: "[profile empty]\nregion = x\n" });
  const { message, hint, exit } = await failureOf(() => it.base(spec("empty"), REGION));
  expect(message).toStartWith('the AWS profile "empty" gave no credentials: Could not resolve credentials');
  expect({ hint, exit }).toEqual({ hint: "aws sts get-caller-identity --profile empty", exit: 1 });
});

describe("environment", () => {
  test("keys alone", async () => {
    await using it = awsScene();
    it.files.set("AWS_ACCESS_KEY_ID", "AKIAENV");
    it.files.set("AWS_SECRET_ACCESS_KEY", "s");
    expect(await it.base(ENVIRONMENT, REGION)).toMatchObject({
      credentials: { accessKeyId: "AKIAENV", secretAccessKey: "s", sessionToken: undefined },
      expiration: undefined,
    });
  });

  test("with token and expiry", async () => {
    await using it = awsScene();
    it.files.set("AWS_ACCESS_KEY_ID", "ASIAENV");
    it.files.set("AWS_SECRET_ACCESS_KEY", "s");
    it.files.set("AWS_SESSION_TOKEN", "t");
    it.files.set("AWS_CREDENTIAL_EXPIRATION", "2030-01-01T00:00:00Z");
    expect(await it.base(ENVIRONMENT, REGION)).toMatchObject({
      credentials: { sessionToken: "t" },
      expiration: new Date("2030-01-01T00:00:00Z"),
    });
  });

  test("an expiry that is no date is unknown", async () => {
    await using it = awsScene();
    it.files.set("AWS_ACCESS_KEY_ID", "ASIAENV");
    it.files.set("AWS_SECRET_ACCESS_KEY", "s");
    it.files.set("AWS_CREDENTIAL_EXPIRATION", "tomorrow");
    expect((await it.base(ENVIRONMENT, REGION)).expiration).toBeUndefined();
  });

  test.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])("%s alone is nothing", async (name) => {
    await using it = awsScene();
    it.files.set(name, "x");
    expect(await failureOf(() => it.base(ENVIRONMENT, REGION))).toEqual({
      message: "the environment holds no AWS keys",
      hint: "export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a profile: --profile",
      exit: 4,
    });
  });
});

describe("web identity", () => {
  const scene = (token: string) => {
    const it = awsScene({}, { webIdentityTokens: ["right"] });
    const file = it.files.file("token", token);
    const text = `web_identity_token_file = ${file}\nrole_session_name = ann-desk\n`;
    it.files.file(".aws/config", `[profile web]\nrole_arn = ${DEMO_ROLES.developer}\n${text}`);
    return it;
  };

  test("is a session of the role, with its expiry and its name", async () => {
    await using it = scene("right");
    const session = await it.fetch(profile("web"), NEVER);
    expect(session.arn).toBe("arn:aws:sts::111122223333:assumed-role/Developer/ann-desk");
    expect(session.accountId).toBe("111122223333");
    expect(secondsLeft(session)).toBeWithin(3500, 3601);
    expect(it.aws.calls.map(({ action }) => action)).toEqual(["AssumeRoleWithWebIdentity"]);
  });

  test("refused", async () => {
    await using it = scene("wrong");
    const { message } = await failureOf(() => it.fetch(profile("web"), NEVER));
    expect(message).toStartWith('the AWS profile "web" gave no credentials: ');
    expect(message).not.toContain("wrong");
  });
});

describe("container credentials", () => {
  const container: BaseSpec = { kind: "container", profile: "box" };
  const serve = (answer: () => Response) => Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });

  test("are fetched from their endpoint", async () => {
    const Expiration = "2030-01-01T00:00:00Z";
    using server = serve(() =>
      Response.json({ AccessKeyId: "ASIABOX", SecretAccessKey: "s", Token: "t", Expiration, AccountId: "1" }),
    );
    await using it = awsScene();
    it.files.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url.href);
    const session = await it.base(container, REGION);
    expect(session).toMatchObject({
      credentials: { accessKeyId: "ASIABOX", sessionToken: "t" },
      expiration: new Date(Expiration),
    });
  });

  test("that are not there", async () => {
    await using it = awsScene();
    const { message } = await failureOf(() => it.base(container, REGION));
    expect(message).toStartWith('the AWS profile "box" gave no credentials: ');
  });
});

describe("one fetch at a time for each base", () => {
  const counting = () => {
    const it = awsScene();
    const gate = createGate(it.files.path);
    const counter = join(it.files.path, "runs");
    const printed = `{"Version":1,"AccessKeyId":"ASIA","SecretAccessKey":"s","SessionToken":"t"}`;
    const script = it.files.file("script", `echo run >> ${counter}\ncat ${gate.path}\necho '${printed}'\n`);
    const section = (name: string) => `[profile ${name}]\ncredential_process = sh ${script}\n`;
    it.files.file(".aws/config", section("a") + section("b"));
    const runs = async () => (await Bun.file(counter).text()).split("\n").length - 1;
    return { it, runs, gate };
  };

  test("many who want it wait for the same one; the next one later is a new one", async () => {
    const { it, runs, gate } = counting();
    await using scene = it;
    const asking = Array.from({ length: 20 }, () => scene.base(spec("a"), REGION));
    await gate.open();
    expect(new Set(await Promise.all(asking)).size).toBe(1);
    expect(await runs()).toBe(1);
    const again = scene.base(spec("a"), REGION);
    await gate.open();
    await again;
    expect(await runs()).toBe(2);
  });

  test("another base does not wait for it", async () => {
    const { it, gate } = counting();
    await using scene = it;
    const hung = scene.base(spec("a"), REGION);
    expect((await scene.base(spec("corp"), REGION)).credentials.accessKeyId).toBe(DEMO_USER.accessKeyId);
    await gate.open();
    await hung;
  });

  test("a failed one is not kept", async () => {
    await using it = awsScene({ credentials: "" });
    await failureOf(() => it.base(spec("corp"), REGION));
    it.files.file(".aws/credentials", keysSection("corp", DEMO_USER));
    expect((await it.base(spec("corp"), REGION)).credentials.accessKeyId).toBe(DEMO_USER.accessKeyId);
  });
});
