// AssumeRole as the AWS SDK for JavaScript sees it.
import { describe, expect, test } from "bun:test";
import type { AssumeRoleCommandInput } from "@aws-sdk/client-sts";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import { manualClock } from "../support/manual-clock.ts";
import { assume, faultOf, keysOf, whoAmI } from "./sts-client.ts";

describe("AssumeRole", () => {
  test("hands out keys that work, in the shapes of real ones", async () => {
    const clock = manualClock("2026-03-01T12:00:00.750Z");
    await using aws = startMockAws({ now: () => clock.now() });
    const answer = await assume(aws.url, { DurationSeconds: 1800 }, { clock });
    const keys = keysOf(answer);
    expect(keys.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(keys.secretAccessKey).toMatch(/^[\w+/]{40}$/);
    expect(keys.sessionToken).toHaveLength(896);
    expect(answer.Credentials?.Expiration).toEqual(new Date("2026-03-01T12:30:00Z"));
    expect(answer.AssumedRoleUser?.Arn).toBe("arn:aws:sts::111122223333:assumed-role/Developer/me");
    expect(answer.AssumedRoleUser?.AssumedRoleId).toMatch(/^AROA[A-Z2-7]{16}:me$/);
    expect(answer.PackedPolicySize).toBeUndefined();
    expect(await whoAmI(aws.url, keys, { clock })).toMatchObject({
      Account: "111122223333",
      Arn: "arn:aws:sts::111122223333:assumed-role/Developer/me",
      UserId: answer.AssumedRoleUser?.AssumedRoleId,
    });
  });

  test("an hour where no duration is asked for, never the same keys twice", async () => {
    const clock = manualClock("2026-03-01T12:00:00Z");
    await using aws = startMockAws({ now: () => clock.now() });
    const [first, second] = await Promise.all([assume(aws.url, {}, { clock }), assume(aws.url, {}, { clock })]);
    expect(first.Credentials?.Expiration).toEqual(new Date("2026-03-01T13:00:00Z"));
    expect(keysOf(first).accessKeyId).not.toBe(keysOf(second).accessKeyId);
    expect(keysOf(first).sessionToken).not.toBe(keysOf(second).sessionToken);
  });

  test("policies, tags and source identity arrive as they were sent", async () => {
    await using aws = startMockAws();
    const answer = await assume(aws.url, {
      Policy: '{"Version":"2012-10-17","Statement":[]}',
      PolicyArns: [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }],
      Tags: [{ Key: "team", Value: "Zürich & <co> + 100%" }],
      TransitiveTagKeys: ["team"],
      SourceIdentity: "alice",
    });
    expect(answer.PackedPolicySize).toBeGreaterThan(0);
    expect(answer.SourceIdentity).toBe("alice");
    expect(aws.calls[0]).toMatchObject({
      action: "AssumeRole",
      principalArn: "arn:aws:iam::111122223333:user/alice",
      outcome: "ok",
      parameters: {
        Policy: '{"Version":"2012-10-17","Statement":[]}',
        "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "Tags.member.1.Key": "team",
        "Tags.member.1.Value": "Zürich & <co> + 100%",
        "TransitiveTagKeys.member.1": "team",
        SourceIdentity: "alice",
      },
    });
    const chained = await assume(aws.url, { RoleArn: DEMO_ROLES.readOnly }, { credentials: keysOf(answer) });
    expect(chained.SourceIdentity).toBe("alice");
  });

  const longNamed = "s".repeat(65);
  const badName = `Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`;
  const invalid: [string, Partial<AssumeRoleCommandInput>, string][] = [
    ["session name with a space", { RoleSessionName: "a b" }, `1 validation error detected: ${badName}`],
    ["session name of 1", { RoleSessionName: "a" }, "length greater than or equal to 2"],
    ["session name of 65", { RoleSessionName: longNamed }, `Value '${longNamed}' at 'roleSessionName'`],
    ["899 seconds", { DurationSeconds: 899 }, "Member must have value greater than or equal to 900"],
    ["43201 seconds", { DurationSeconds: 43_201 }, "Member must have value less than or equal to 43200"],
    ["two at once", { RoleSessionName: "a", DurationSeconds: 1 }, "2 validation errors detected: "],
    [
      "no role",
      { RoleArn: undefined },
      "Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
    ],
    ["short ARN", { RoleArn: "arn:aws:iam::1:role" }, "length greater than or equal to 20"],
    ["ARN of a user", { RoleArn: "arn:aws:iam::111122223333:user/alice" }, "arn:aws:iam::111122223333:user/alice is"],
    [
      "longer than the role allows",
      { RoleArn: DEMO_ROLES.readOnly, DurationSeconds: 3601 },
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    ],
  ];
  test.each(invalid)("refused: %s", async (_title, input, message) => {
    await using aws = startMockAws();
    const fault = await faultOf(assume(aws.url, input));
    expect(fault).toMatchObject({ status: 400, code: "ValidationError" });
    expect(fault.message).toContain(message);
  });

  test.each([900, 43_200])("%d seconds are in bounds", async (seconds) => {
    await using aws = startMockAws();
    await assume(aws.url, { DurationSeconds: seconds });
    expect(aws.calls[0]?.outcome).toBe("ok");
  });

  test.each([DEMO_ROLES.forbidden, "arn:aws:iam::111122223333:role/Unheard"])("access denied: %s", async (arn) => {
    await using aws = startMockAws();
    expect(await faultOf(assume(aws.url, { RoleArn: arn }))).toEqual({
      status: 403,
      code: "AccessDenied",
      message: `User: arn:aws:iam::111122223333:user/alice is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    });
  });

  const externalIds: [string | undefined, string][] = [
    ["right", "ok"],
    ["wrong", "AccessDenied"],
    [undefined, "AccessDenied"],
  ];
  test.each(externalIds)("external id %p", async (externalId, outcome) => {
    const arn = "arn:aws:iam::111122223333:role/Partner";
    await using aws = startMockAws({ roles: [{ arn, externalId: "right" }] });
    await Promise.allSettled([assume(aws.url, { RoleArn: arn, ExternalId: externalId })]);
    expect(aws.calls.map((call) => call.outcome)).toEqual([outcome]);
  });

  test("not by an account's root keys", async () => {
    await using aws = startMockAws({ users: [{ ...DEMO_USER, name: "root" }] });
    const fault = await faultOf(assume(aws.url));
    expect(fault).toEqual({
      status: 403,
      code: "AccessDenied",
      message: "Roles may not be assumed by root accounts.",
    });
  });
});
