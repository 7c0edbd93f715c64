import { describe, expect, test } from "bun:test";
import { assumedRole, createWorld, DEMO_USER, readRoleArn, trusts } from "../../src/demo/world.ts";
import type { Principal } from "../../src/demo/world.ts";

const arns: [string, string | undefined][] = [
  ["arn:aws:iam::111122223333:role/Developer", "arn:aws:sts::111122223333:assumed-role/Developer/me"],
  ["arn:aws:iam::111122223333:role/team/a/Developer", "arn:aws:sts::111122223333:assumed-role/Developer/me"],
  ["arn:aws-cn:iam::111122223333:role/Developer", "arn:aws-cn:sts::111122223333:assumed-role/Developer/me"],
  ["arn:aws-us-gov:iam::111122223333:role/Developer", "arn:aws-us-gov:sts::111122223333:assumed-role/Developer/me"],
  ["arn:aws-iso-b:iam::111122223333:role/D+=,.@-_1", "arn:aws-iso-b:sts::111122223333:assumed-role/D+=,.@-_1/me"],
  ["arn:aws:iam::11112222333:role/Developer", undefined],
  ["arn:aws:sts::111122223333:role/Developer", undefined],
  ["arn:aws:iam::111122223333:role/", undefined],
  ["arn:aws:iam::111122223333:role/a b", undefined],
  ["arn:gcp:iam::111122223333:role/Developer", undefined],
];
test.each(arns)("session of %s", (arn, sessionArn) => {
  const role = readRoleArn(arn);
  expect(role && assumedRole(arn, role, "me").arn).toBe(sessionArn);
});

test("ids are stable, and each role has its own", () => {
  const idOf = (name: string) => {
    const arn = `arn:aws:iam::111122223333:role/${name}`;
    const role = readRoleArn(arn);
    return role && assumedRole(arn, role, "me").userId;
  };
  expect(idOf("Developer")).toBe(idOf("Developer"));
  expect(idOf("Developer")).not.toBe(idOf("ReadOnly"));
});

describe("trusts", () => {
  const USER = "arn:aws:iam::111122223333:user/alice";
  const ROLE = "arn:aws:iam::111122223333:role/team/Jump";
  const SESSION = "arn:aws:sts::111122223333:assumed-role/Jump/me";
  const user: Principal = { kind: "user", arn: USER, userId: "", accountId: "111122223333", partition: "aws" };
  const session: Principal = { ...user, kind: "role", arn: SESSION, roleArn: ROLE };
  const cases: [string, readonly string[] | undefined, Principal, boolean][] = [
    ["nothing said, user", undefined, user, true],
    ["*, session", ["*"], session, true],
    ["nobody, user", [], user, false],
    ["the user, user", [USER], user, true],
    ["the user, session", [USER], session, false],
    ["the role, session", [ROLE], session, true],
    ["the session, session", [SESSION], session, true],
    ["the account, user", ["arn:aws:iam::111122223333:root"], user, true],
    ["another account, user", ["arn:aws:iam::222233334444:root"], user, false],
    ["second of two, user", [ROLE, USER], user, true],
    ["*, user of another partition", ["*"], { ...user, partition: "aws-cn" }, false],
  ];
  test.each(cases)("%s", (_title, trusted, principal, expected) => {
    const role = { arn: "arn:aws:iam::222233334444:role/Target", ...(trusted && { trusts: trusted }) };
    expect(trusts(role, principal)).toBe(expected);
  });
});

test("the demo user's keys have the lengths of real ones", () => {
  expect(DEMO_USER.accessKeyId).toMatch(/^AKIA[A-Z0-9]{16}$/);
  expect(DEMO_USER.secretAccessKey).toHaveLength(40);
  expect([...createWorld().keys.keys()]).toEqual([DEMO_USER.accessKeyId]);
});
