// Over HTTP against the mock AWS: what a role name ends in, and in whose words a refusal is told.
import { describe, expect, test } from "bun:test";
import { DEMO_ROLES, DEMO_USER, type MockUser } from "../../src/demo/world.ts";
import { failureOf } from "../support/failure.ts";
import { keysSection } from "../support/scratch-aws.ts";
import { ALICE_ARN, type AwsScene, NEVER, assume, awsScene, profile, secondsLeft } from "./aws-scene.ts";

const DEVELOPER_SESSION = "arn:aws:sts::111122223333:assumed-role/Developer/ann-desk";
const HOUR_MS = 3_600_000;
const ROOT: MockUser = { ...DEMO_USER, name: "root" };

describe("keys of a user, as they are", () => {
  test("become a GetSessionToken session that knows whose it is", async () => {
    await using it = awsScene();
    const session = await it.fetch(profile("corp"), NEVER);
    expect(session).toMatchObject({ arn: ALICE_ARN, accountId: "111122223333" });
    expect(session.credentials.accessKeyId).toMatch(/^ASIA/);
    expect(session.credentials.sessionToken).toBeString();
    expect(secondsLeft(session)).toBeWithin(43_100, 43_201);
    expect(it.aws.count("GetSessionToken")).toBe(1);
  });

  test("of root are refused, and GetSessionToken is never called", async () => {
    await using it = awsScene({}, { users: [ROOT] });
    expect(await failureOf(() => it.fetch(profile("corp"), NEVER))).toEqual({
      message: "these are keys of the account's root user, which metacred never serves",
      hint: "delete them, and use an IAM role or user",
      exit: 6,
    });
    expect(it.aws.count("GetSessionToken")).toBe(0);
  });

  test("of nobody knows whom might be root's: nothing is called with them", async () => {
    await using it = awsScene({}, { users: [ROOT] });
    it.aws.failNext("GetCallerIdentity", { status: 400, code: "Odd", message: "not today" });
    const { message } = await failureOf(() => it.fetch(profile("corp"), NEVER));
    expect(message).toBe('cannot get a session for the keys of "corp": Odd: not today');
    expect(it.aws.count("GetSessionToken")).toBe(0);
  });

  test("that may not have a session: AWS's refusal", async () => {
    await using it = awsScene();
    it.aws.failNext("GetSessionToken", { status: 403, code: "AccessDenied", message: "no" });
    expect(await failureOf(() => it.fetch(profile("corp"), NEVER))).toEqual({
      message: 'cannot get a session for the keys of "corp": AccessDenied: no',
      hint: "ask for the permission",
      exit: 6,
    });
  });

  test("that AWS does not know any more", async () => {
    await using it = awsScene();
    it.aws.revoke(DEMO_USER.accessKeyId);
    expect(await failureOf(() => it.fetch(profile("corp"), NEVER))).toEqual({
      message: 'AWS does not know the access key of the AWS profile "corp" (InvalidClientTokenId)',
      hint: "aws configure --profile corp, or whatever else writes it",
      exit: 4,
    });
  });
});

describe("a session in a profile, as it is", () => {
  /** The profile `kept` holds a role's session of one hour. */
  async function keepSession(it: AwsScene): Promise<string> {
    const { credentials } = await it.fetch(profile("corp", [assume(DEMO_ROLES.developer)]), NEVER);
    it.files.file(".aws/credentials", keysSection("kept", credentials));
    return credentials.accessKeyId;
  }

  test("is served, and whose it is is asked", async () => {
    await using it = awsScene();
    const id = await keepSession(it);
    const session = await it.fetch(profile("kept"), NEVER);
    expect(session).toMatchObject({ arn: DEVELOPER_SESSION, accountId: "111122223333", expiration: undefined });
    expect(session.credentials.accessKeyId).toBe(id);
  });

  test("that has expired is not: nothing in the file says when, AWS does", async () => {
    let now = new Date();
    await using it = awsScene({}, { now: () => now });
    await keepSession(it);
    now = new Date(now.getTime() + 2 * HOUR_MS);
    expect(await failureOf(() => it.fetch(profile("kept"), NEVER))).toEqual({
      message: 'the session of the AWS profile "kept" has expired, says AWS (ExpiredToken)',
      hint: "aws configure --profile kept, or whatever else writes it",
      exit: 4,
    });
  });

  test("is served when AWS does not say whose it is", async () => {
    await using it = awsScene();
    await keepSession(it);
    it.aws.failNext("GetCallerIdentity", { status: 400, code: "Odd", message: "not today" });
    expect(await it.fetch(profile("kept"), NEVER)).toMatchObject({ arn: undefined, accountId: undefined });
  });

  test("of root is refused", async () => {
    const session = { accessKeyId: "ASIAROOT", secretAccessKey: ROOT.secretAccessKey, sessionToken: "t" };
    await using it = awsScene({ credentials: keysSection("kept", session) });
    const arn = "<Arn>arn:aws:iam::111122223333:root</Arn>";
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: () => new Response(`<A><GetCallerIdentityResult>${arn}</GetCallerIdentityResult></A>`),
    });
    it.files.set("AWS_ENDPOINT_URL", server.url.href);
    expect((await failureOf(() => it.fetch(profile("kept"), NEVER))).message).toMatch(/the account's root user/);
  });
});

describe("an assumed role", () => {
  test("is a session of it", async () => {
    await using it = awsScene();
    const session = await it.fetch(profile("corp", [assume(DEMO_ROLES.developer, 7200)]), NEVER);
    expect(session).toMatchObject({ arn: DEVELOPER_SESSION, accountId: "111122223333" });
    expect(secondsLeft(session)).toBeWithin(7100, 7201);
    expect(it.aws.calls.map(({ action }) => action)).toEqual(["AssumeRole"]);
  });

  test("by a chain of two: each link signs the next, the second lives an hour at most", async () => {
    await using it = awsScene();
    const steps = [assume(DEMO_ROLES.developer, 7200), assume(DEMO_ROLES.readOnly, 43_200)];
    const session = await it.fetch(profile("corp", steps), NEVER);
    expect(session.arn).toBe("arn:aws:sts::222233334444:assumed-role/ReadOnly/ann-desk");
    expect(it.aws.calls.map(({ parameters, principalArn }) => [parameters["DurationSeconds"], principalArn])).toEqual([
      ["7200", ALICE_ARN],
      ["3600", DEVELOPER_SESSION],
    ]);
  });

  // STS limits every session made from a session's keys to an hour, also the first link of ours.
  test("from a base that is a session itself, likewise", async () => {
    await using it = awsScene();
    const { credentials } = await it.fetch(profile("corp"), NEVER);
    it.files.file(".aws/credentials", keysSection("kept", credentials));
    const session = await it.fetch(profile("kept", [assume(DEMO_ROLES.developer, 7200)]), NEVER);
    expect(secondsLeft(session)).toBeWithin(3500, 3601);
  });

  test("refused: role and principal are named", async () => {
    await using it = awsScene();
    expect(await failureOf(() => it.fetch(profile("corp", [assume(DEMO_ROLES.forbidden)]), NEVER))).toEqual({
      message: `AWS refused: ${ALICE_ARN} may not assume ${DEMO_ROLES.forbidden}`,
      hint: `allow sts:AssumeRole for ${ALICE_ARN} and name it in the role's trust policy; set mfa_serial where the policy wants MFA`,
      exit: 6,
    });
  });

  test("refused at the second link: it was the first one's session that tried", async () => {
    await using it = awsScene();
    const steps = [assume(DEMO_ROLES.developer), assume(DEMO_ROLES.forbidden)];
    const { message } = await failureOf(() => it.fetch(profile("corp", steps), NEVER));
    expect(message).toBe(`AWS refused: ${DEVELOPER_SESSION} may not assume ${DEMO_ROLES.forbidden}`);
  });

  test("refused, and whose keys they are is refused, too", async () => {
    await using it = awsScene();
    it.aws.failNext("GetCallerIdentity", { status: 403, code: "AccessDenied", message: "no" });
    const { message } = await failureOf(() => it.fetch(profile("corp", [assume(DEMO_ROLES.forbidden)]), NEVER));
    expect(message).toBe(`AWS refused: the base credentials may not assume ${DEMO_ROLES.forbidden}`);
  });

  test("from a base that has expired: a person must renew it", async () => {
    let now = new Date();
    await using it = awsScene({}, { now: () => now });
    const { credentials } = await it.fetch(profile("corp"), NEVER);
    it.files.file(".aws/credentials", keysSection("kept", credentials));
    now = new Date(now.getTime() + 13 * HOUR_MS);
    expect(await failureOf(() => it.fetch(profile("kept", [assume(DEMO_ROLES.developer)]), NEVER))).toEqual({
      message: 'the session of the AWS profile "kept" has expired, says AWS (ExpiredToken)',
      hint: "aws configure --profile kept, or whatever else writes it",
      exit: 4,
    });
  });

  test.each([
    ["its own", "eu-west-3", DEMO_ROLES.developer, "eu-west-3"],
    ["its partition's", undefined, "arn:aws-cn:iam::111122223333:role/Dev", "cn-northwest-1"],
    ["us-east-1 where nothing is known", undefined, undefined, "us-east-1"],
  ])("STS is asked in a region: %s", async (_title, region, roleArn, asked) => {
    await using it = awsScene();
    const regions = new Set<string>();
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch(request) {
        regions.add(/\d{8}\/([^/]+)\/sts/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "");
        return new Response("", { status: 400 });
      },
    });
    it.files.set("AWS_ENDPOINT_URL", server.url.href);
    const spec = { ...profile("corp", roleArn === undefined ? [] : [assume(roleArn)]), region };
    await failureOf(() => it.fetch(spec, NEVER));
    expect([...regions]).toEqual([asked]);
  });

  test("AWS is down: said after the SDK's retries", async () => {
    await using it = awsScene();
    it.aws.down(true);
    const { message, exit } = await failureOf(() => it.fetch(profile("corp", [assume(DEMO_ROLES.developer)]), NEVER));
    expect(message).toMatch(/^cannot assume arn:aws:iam::111122223333:role\/Developer: ServiceUnavailable: /);
    expect(exit).toBe(1);
  });

  test("the signal ends a hung call", async () => {
    await using it = awsScene();
    it.aws.hold("AssumeRole");
    const abort = new AbortController();
    const failing = failureOf(() => it.fetch(profile("corp", [assume(DEMO_ROLES.developer)]), abort.signal));
    await it.aws.untilCalled("AssumeRole");
    abort.abort();
    expect((await failing).message).toBe(`cannot assume ${DEMO_ROLES.developer}: no answer in time`);
  });

  test("no network: said, and no secret in it", async () => {
    await using it = awsScene();
    await it.aws.stop();
    const failure = await failureOf(() => it.fetch(profile("corp", [assume(DEMO_ROLES.developer)]), NEVER));
    expect(failure).toMatchObject({ hint: "check the network and HTTPS_PROXY", exit: 1 });
    expect(JSON.stringify(failure)).not.toContain(DEMO_USER.secretAccessKey);
  });
});
