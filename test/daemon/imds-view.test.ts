import { describe, expect, test } from "bun:test";
import { credentials } from "../../src/aws/credentials.ts";
import { accountOf, advertiseMs, imdsView, roleArnOfSpec } from "../../src/daemon/imds-view.ts";
import { NOW, ROLE_ARN, configOf, liveSession, roleSpec, sessionState } from "./fakes.ts";

const CONFIG = configOf();
const BASE = roleSpec({ steps: [] });

test("a live session: everything a client may ask for", () => {
  const config = configOf({ imds: { availability_zone: "eu-central-1b" } });
  expect(imdsView({ spec: roleSpec(), session: liveSession(), state: sessionState() }, config, NOW)).toEqual({
    role: { arn: ROLE_ARN, accountId: "111122223333", partition: "aws" },
    region: "eu-central-1",
    availabilityZone: "eu-central-1b",
    credentials: {
      accessKeyId: "ASIA",
      secretAccessKey: "s",
      sessionToken: "t",
      expiration: new Date("2026-01-01T00:16:00Z"),
      obtainedAt: NOW,
    },
  });
});

test.each<[string, object, string]>([
  ["the cap", {}, "2026-01-01T00:16:00.000Z"],
  ["off", { imds: { advertise: "off" } }, "2026-01-01T01:00:00.000Z"],
  ["longer than the session lives", { imds: { advertise: "2h" } }, "2026-01-01T01:00:00.000Z"],
])("advertised expiry: %s", (_title, document, expiration) => {
  const view = imdsView({ spec: roleSpec(), session: liveSession(), state: undefined }, configOf(document), NOW);
  expect(view.credentials?.expiration.toISOString()).toBe(expiration);
});

test("use none: no role, no place, and what to type", () => {
  expect(imdsView(undefined, CONFIG, NOW)).toEqual({
    problem: { code: "Failed", message: "metacred serves no role: metacred use ROLE" },
  });
});

describe("nothing valid: never credentials, always a reason", () => {
  const problemOf = (lastError: { message: string; hint: string | undefined; exit: number } | undefined) => {
    const state = sessionState(lastError === undefined ? {} : { lastError: { ...lastError, at: NOW } });
    const view = imdsView({ spec: roleSpec(), session: undefined, state }, CONFIG, NOW);
    expect(view.credentials).toBeUndefined();
    expect(view.role?.arn).toBe(ROLE_ARN);
    return view.problem;
  };

  test("still fetching", () => {
    expect(problemOf(undefined)).toEqual({ code: "Failed", message: "metacred is still getting credentials" });
  });

  test("a person must sign in", () => {
    expect(problemOf({ message: "the SSO session has expired", hint: "metacred login", exit: 4 })).toEqual({
      code: "Failed",
      message: "the SSO session has expired; try: metacred login",
    });
  });

  test("AWS refused", () => {
    expect(problemOf({ message: "AWS refused", hint: undefined, exit: 6 })).toEqual({
      code: "AssumeRoleUnauthorizedAccess",
      message: "AWS refused",
    });
  });

  test("a session without a token is nothing", () => {
    const session = liveSession({
      credentials: credentials({ accessKeyId: "AKIA", secretAccessKey: "s", sessionToken: undefined }),
    });
    const view = imdsView({ spec: roleSpec(), session, state: undefined }, CONFIG, NOW);
    expect(view.credentials).toBeUndefined();
    expect(view.problem?.code).toBe("Failed");
  });
});

describe("whose it is", () => {
  const chinese = "arn:aws-cn:iam::444455556666:role/Dev";
  const step = { roleArn: chinese, sessionName: "a-b", durationSeconds: 3600 };
  const user = "arn:aws-us-gov:iam::777788889999:user/ann";
  test.each([
    [
      "the last role of the chain",
      roleSpec({ steps: [...roleSpec().steps, step] }),
      undefined,
      chinese,
      "444455556666",
      "aws-cn",
    ],
    ["the session's account counts first", roleSpec(), liveSession({ accountId: "1" }), ROLE_ARN, "1", "aws"],
    ["base credentials", BASE, liveSession({ arn: user, accountId: undefined }), user, "777788889999", "aws-us-gov"],
    ["nobody knows", BASE, liveSession({ arn: undefined, accountId: undefined }), undefined, undefined, "aws"],
    ["nobody knows, in China", { ...BASE, region: "cn-north-1" }, undefined, undefined, undefined, "aws-cn"],
  ])("%s", (_title, spec, session, arn, accountId, partition) => {
    expect(roleArnOfSpec(spec, session)).toBe(arn);
    expect(accountOf(spec, session)).toBe(accountId);
    expect(imdsView({ spec, session, state: undefined }, CONFIG, NOW).role).toEqual({ arn, accountId, partition });
  });
});

test("no region: none is made up", () => {
  const view = imdsView(
    { spec: roleSpec({ region: undefined }), session: liveSession(), state: undefined },
    CONFIG,
    NOW,
  );
  expect(view).not.toHaveProperty("region");
});

test.each([
  ["16m", 960_000],
  ["off", undefined],
])("advertise = %s", (advertise, ms) => {
  expect(advertiseMs(configOf({ imds: { advertise } }))).toBe(ms);
});
