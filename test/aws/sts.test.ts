// Against the mock over HTTP: what is asked, and what a Session is made of.
import { describe, expect, test } from "bun:test";
import type { AssumeStep } from "../../src/aws/assume-step.ts";
import { credentials } from "../../src/aws/credentials.ts";
import { createAwsHandler } from "../../src/aws/http-handler.ts";
import { createSts, plain } from "../../src/aws/sts.ts";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { scratchAws } from "../support/scratch-aws.ts";

const ALICE = credentials({ ...DEMO_USER, sessionToken: undefined });
const STEP: AssumeStep = { roleArn: DEMO_ROLES.developer, sessionName: "ann-desk", durationSeconds: 3600 };
const REGION = "eu-central-1";
const NEVER = new AbortController().signal;
const sts = () => createSts(createAwsHandler(process.env), systemClock);

describe("AssumeRole", () => {
  test("every parameter reaches AWS", async () => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url });
    const step: AssumeStep = {
      ...STEP,
      externalId: "ext +*é",
      durationSeconds: 900,
      policy: '{"Statement":[]}',
      policyArns: ["arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"],
      tags: { team: "pay ments", cost: "1" },
      transitiveTagKeys: ["team"],
      sourceIdentity: "ann",
    };
    await sts().assumeRole(ALICE, step, REGION, NEVER);
    expect(aws.calls[0]?.parameters).toEqual({
      Action: "AssumeRole",
      Version: "2011-06-15",
      RoleArn: DEMO_ROLES.developer,
      RoleSessionName: "ann-desk",
      ExternalId: "ext +*é",
      DurationSeconds: "900",
      Policy: '{"Statement":[]}',
      "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/A",
      "PolicyArns.member.2.arn": "arn:aws:iam::aws:policy/B",
      "Tags.member.1.Key": "team",
      "Tags.member.1.Value": "pay ments",
      "Tags.member.2.Key": "cost",
      "Tags.member.2.Value": "1",
      "TransitiveTagKeys.member.1": "team",
      SourceIdentity: "ann",
    });
  });

  test("what comes back", async () => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url });
    const before = new Date();
    const session = await sts().assumeRole(ALICE, STEP, REGION, NEVER);
    expect(session).toMatchObject({
      arn: "arn:aws:sts::111122223333:assumed-role/Developer/ann-desk",
      accountId: "111122223333",
    });
    expect(session.credentials.accessKeyId).toMatch(/^ASIA/);
    expect(session.credentials.sessionToken).toBeString();
    expect(session.obtainedAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
    const lifeMs = (session.expiration?.getTime() ?? 0) - before.getTime();
    expect(Math.abs(lifeMs - 3_600_000)).toBeLessThan(5000);
  });

  test("a session signs the next call", async () => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url });
    const session = await sts().assumeRole(ALICE, STEP, REGION, NEVER);
    expect(await sts().callerIdentity(session.credentials, REGION, NEVER)).toEqual({
      arn: "arn:aws:sts::111122223333:assumed-role/Developer/ann-desk",
      accountId: "111122223333",
    });
  });

  test("the signal ends it", async () => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url });
    aws.hold("AssumeRole");
    const abort = new AbortController();
    const asking = sts()
      .assumeRole(ALICE, STEP, REGION, abort.signal)
      .catch((error: unknown) => (error as Error).name);
    await aws.untilCalled("AssumeRole");
    abort.abort();
    expect(await asking).toBe("AbortError");
  });
});

test.each(["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"])(
  "an answer without %s is a failure",
  async (missing) => {
    const all = { AccessKeyId: "A", SecretAccessKey: "s", SessionToken: "t", Expiration: "2030-01-01T00:00:00Z" };
    const fields = Object.entries(all).filter(([name]) => name !== missing);
    const inner = fields.map(([name, value]) => `<${name}>${value}</${name}>`).join("");
    const xml = `<A><AssumeRoleResult><Credentials>${inner}</Credentials></AssumeRoleResult></A>`;
    using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(xml) });
    using _files = scratchAws({ url: server.url.href });
    const message = await sts()
      .assumeRole(ALICE, STEP, REGION, NEVER)
      .catch((error: unknown) => (error as Error).message);
    expect(message).toBe("STS answered without complete credentials");
  },
);

test("a passing fault is tried again by the SDK", async () => {
  await using aws = startMockAws();
  using _files = scratchAws({ url: aws.url });
  aws.failNext("GetCallerIdentity", { status: 503, code: "ServiceUnavailable", message: "later" });
  const identity = await sts().callerIdentity(ALICE, REGION, NEVER);
  expect([identity.arn, aws.count("GetCallerIdentity")]).toEqual(["arn:aws:iam::111122223333:user/alice", 2]);
});

test.each<[string, string | undefined, object]>([
  ["without a token", undefined, { accessKeyId: "A", secretAccessKey: "s" }],
  ["with a token", "t", { accessKeyId: "A", secretAccessKey: "s", sessionToken: "t" }],
])("keys as the SDK wants them: %s", (_title, sessionToken, keys) => {
  expect(plain(credentials({ accessKeyId: "A", secretAccessKey: "s", sessionToken })) as object).toEqual(keys);
});
