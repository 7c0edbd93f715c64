// Chains, the life of temporary keys and the other actions of STS, as the AWS SDK for JavaScript sees them.
import { describe, expect, test } from "bun:test";
import { AssumeRoleWithWebIdentityCommand, GetSessionTokenCommand } from "@aws-sdk/client-sts";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import type { MockAws, MockAwsOptions } from "../../src/demo/mock-aws.ts";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import { manualClock } from "../support/manual-clock.ts";
import { assume, faultOf, keysOf, stsClient, whoAmI } from "./sts-client.ts";
import type { ClientKeys } from "./sts-client.ts";

describe("role chains", () => {
  test("a trusted role gets on, under the session's name", async () => {
    const last = "arn:aws:iam::222233334444:role/Last";
    const roles = [{ arn: DEMO_ROLES.developer }, { arn: last, trusts: [DEMO_ROLES.developer] }];
    await using aws = startMockAws({ roles });
    expect((await faultOf(assume(aws.url, { RoleArn: last }))).code).toBe("AccessDenied");
    const first = keysOf(await assume(aws.url));
    const second = keysOf(await assume(aws.url, { RoleArn: last, RoleSessionName: "deep" }, { credentials: first }));
    expect((await whoAmI(aws.url, second)).Arn).toBe("arn:aws:sts::222233334444:assumed-role/Last/deep");
    expect(aws.calls.map((call) => call.principalArn)).toEqual([
      "arn:aws:iam::111122223333:user/alice",
      "arn:aws:iam::111122223333:user/alice",
      "arn:aws:sts::111122223333:assumed-role/Developer/me",
      "arn:aws:sts::222233334444:assumed-role/Last/deep",
    ]);
  });

  const chained = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
  test("one hour at most, from a role", async () => {
    await using aws = startMockAws();
    const credentials = keysOf(await assume(aws.url));
    await assume(aws.url, { DurationSeconds: 3600 }, { credentials });
    const fault = await faultOf(assume(aws.url, { DurationSeconds: 3601 }, { credentials }));
    expect(fault).toEqual({ status: 400, code: "ValidationError", message: chained });
  });

  test("one hour at most, from a session of GetSessionToken", async () => {
    await using aws = startMockAws();
    const credentials = keysOf(await stsClient(aws.url).send(new GetSessionTokenCommand({})));
    const fault = await faultOf(assume(aws.url, { DurationSeconds: 3601 }, { credentials }));
    expect(fault.message).toBe(chained);
  });
});

describe("temporary keys", () => {
  test("work until their last second, then have expired", async () => {
    const clock = manualClock("2026-03-01T12:00:00Z");
    await using aws = startMockAws({ now: () => clock.now() });
    const keys = keysOf(await assume(aws.url, { DurationSeconds: 900 }, { clock }));
    await clock.advance(899_999);
    expect((await whoAmI(aws.url, keys, { clock })).Account).toBe("111122223333");
    await clock.advance(1);
    expect(await faultOf(whoAmI(aws.url, keys, { clock }))).toEqual({
      status: 403,
      code: "ExpiredToken",
      message: "The security token included in the request is expired",
    });
  });

  const misused: [string, (keys: Required<ClientKeys>, other: Required<ClientKeys>) => ClientKeys][] = [
    ["without their token", ({ accessKeyId, secretAccessKey }) => ({ accessKeyId, secretAccessKey })],
    ["with another session's token", (keys, other) => ({ ...keys, sessionToken: other.sessionToken })],
    ["as a token on a user's key", ({ sessionToken }) => ({ ...DEMO_USER, sessionToken })],
  ];
  test.each(misused)("are worth nothing %s", async (_title, misuse) => {
    await using aws = startMockAws();
    const [keys, other] = [keysOf(await assume(aws.url)), keysOf(await assume(aws.url))];
    const fault = await faultOf(whoAmI(aws.url, misuse(keys, other)));
    expect(fault).toMatchObject({ status: 403, code: "InvalidClientTokenId" });
  });

  test("are gone once revoked", async () => {
    await using aws = startMockAws();
    const keys = keysOf(await assume(aws.url));
    aws.revoke(keys.accessKeyId);
    expect((await faultOf(whoAmI(aws.url, keys))).code).toBe("InvalidClientTokenId");
    expect((await whoAmI(aws.url, DEMO_USER)).Arn).toBe("arn:aws:iam::111122223333:user/alice");
  });
});

describe("GetSessionToken", () => {
  test("makes the user a session of twelve hours", async () => {
    const clock = manualClock("2026-03-01T12:00:00Z");
    await using aws = startMockAws({ now: () => clock.now() });
    const answer = await stsClient(aws.url, { clock }).send(new GetSessionTokenCommand({}));
    expect(answer.Credentials?.Expiration).toEqual(new Date("2026-03-02T00:00:00Z"));
    const identity = await whoAmI(aws.url, keysOf(answer), { clock });
    expect(identity.Arn).toBe("arn:aws:iam::111122223333:user/alice");
  });

  test("refuses a session", async () => {
    await using aws = startMockAws();
    const credentials = keysOf(await assume(aws.url));
    const fault = await faultOf(stsClient(aws.url, { credentials }).send(new GetSessionTokenCommand({})));
    expect(fault).toEqual({
      status: 403,
      code: "AccessDenied",
      message: "Cannot call GetSessionToken with session credentials",
    });
  });

  test("refuses an account's root keys", async () => {
    await using aws = startMockAws({ users: [{ ...DEMO_USER, name: "root" }] });
    const fault = await faultOf(stsClient(aws.url).send(new GetSessionTokenCommand({})));
    expect(fault).toMatchObject({ status: 403, code: "AccessDenied" });
  });

  test.each([899, 129_601])("refuses %d seconds", async (seconds) => {
    await using aws = startMockAws();
    const command = new GetSessionTokenCommand({ DurationSeconds: seconds });
    expect((await faultOf(stsClient(aws.url).send(command))).code).toBe("ValidationError");
  });
});

describe("GetCallerIdentity", () => {
  const users: [string, string, string, RegExp][] = [
    ["alice", "aws", "arn:aws:iam::111122223333:user/alice", /^AIDA[A-Z2-7]{16}$/],
    ["bob", "aws-cn", "arn:aws-cn:iam::111122223333:user/bob", /^AIDA[A-Z2-7]{16}$/],
    ["root", "aws", "arn:aws:iam::111122223333:root", /^111122223333$/],
  ];
  test.each(users)("%s in %s", async (name, partition, arn, userId) => {
    await using aws = startMockAws({ users: [{ ...DEMO_USER, name, partition }] });
    const identity = await whoAmI(aws.url, DEMO_USER);
    expect(identity).toMatchObject({ Account: "111122223333", Arn: arn });
    expect(identity.UserId).toMatch(userId);
  });
});

describe("AssumeRoleWithWebIdentity", () => {
  const OIDC = "arn:aws:iam::111122223333:oidc-provider/idp.example.com";
  const roles = [
    { arn: DEMO_ROLES.developer, trusts: [OIDC] },
    { arn: DEMO_ROLES.forbidden, trusts: [] },
  ];
  const options: MockAwsOptions = { roles, webIdentityTokens: ["good"] };
  const ask = (aws: MockAws, token: string, arn: string = DEMO_ROLES.developer) => {
    const input = { RoleArn: arn, RoleSessionName: "pod", WebIdentityToken: token };
    return stsClient(aws.url).send(new AssumeRoleWithWebIdentityCommand(input));
  };

  test("needs a token and no signature", async () => {
    await using aws = startMockAws(options);
    const answer = await ask(aws, "good");
    expect((await whoAmI(aws.url, keysOf(answer))).Arn).toBe("arn:aws:sts::111122223333:assumed-role/Developer/pod");
    expect(aws.calls[0]).toMatchObject({ principalArn: undefined, outcome: "ok" });
  });

  const refused: [string, string, number, string][] = [
    ["bad", DEMO_ROLES.developer, 400, "InvalidIdentityTokenException"],
    ["good", DEMO_ROLES.forbidden, 403, "AccessDenied"],
    ["good", "arn:aws:iam::111122223333:role/Unheard", 403, "AccessDenied"],
  ];
  test.each(refused)("token %s for %s", async (token, arn, status, code) => {
    await using aws = startMockAws(options);
    expect(await faultOf(ask(aws, token, arn))).toMatchObject({ status, code });
  });
});
