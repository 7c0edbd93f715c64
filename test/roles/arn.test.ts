import { describe, expect, test } from "bun:test";
import {
  accountOfArn,
  homeRegionOf,
  isRoleName,
  parseRoleArn,
  partitionOfRegion,
  roleArnOf,
} from "../../src/roles/arn.ts";

describe("role ARNs", () => {
  test.each<[string, ReturnType<typeof parseRoleArn>]>([
    ["arn:aws:iam::111122223333:role/Dev", { partition: "aws", accountId: "111122223333", path: "", roleName: "Dev" }],
    [
      "arn:aws-cn:iam::111122223333:role/team/a/Dev",
      { partition: "aws-cn", accountId: "111122223333", path: "team/a/", roleName: "Dev" },
    ],
    [
      "arn:aws-us-gov:iam::111122223333:role/D+=,.@-_v",
      { partition: "aws-us-gov", accountId: "111122223333", path: "", roleName: "D+=,.@-_v" },
    ],
    [
      "arn:aws-iso-b:iam::111122223333:role/aws-reserved/sso.amazonaws.com/R_0a",
      { partition: "aws-iso-b", accountId: "111122223333", path: "aws-reserved/sso.amazonaws.com/", roleName: "R_0a" },
    ],
    ["arn:aws:iam::111122223333:role/D", { partition: "aws", accountId: "111122223333", path: "", roleName: "D" }],
    ["arn:aws:iam::11112222333:role/Dev", undefined],
    ["arn:aws:iam::111122223333:user/Dev", undefined],
    ["arn:aws:iam::111122223333:role/", undefined],
    ["arn:aws:iam::111122223333:role//", undefined],
    ["arn:aws:iam::111122223333:role/De v", undefined],
    ["arn:gcp:iam::111122223333:role/Dev", undefined],
    ["arn:aws:sts::111122223333:assumed-role/Dev/me", undefined],
    [`arn:aws:iam::111122223333:role/${"x".repeat(65)}`, undefined],
    ["arn:aws:iam::111122223333:role/Dev\n", undefined],
  ])("%j", (text, parts) => {
    expect(parseRoleArn(text)).toEqual(parts);
  });
});

test.each<[string, boolean]>([
  ["Dev", true],
  ["D", true],
  ["team/a/Dev", true],
  ["x".repeat(64), true],
  ["x".repeat(65), false],
  ["", false],
  ["team/", false],
  ["/Dev", false],
  ["De v", false],
])("role name %j: %p", (name, right) => {
  expect(isRoleName(name)).toBe(right);
});

test("an ARN is put together and read again", () => {
  const arn = roleArnOf("aws-cn", "111122223333", "team/Dev");
  expect(arn).toBe("arn:aws-cn:iam::111122223333:role/team/Dev");
  expect(parseRoleArn(arn)).toMatchObject({ partition: "aws-cn", path: "team/", roleName: "Dev" });
});

test.each([
  ["eu-central-1", "aws"],
  ["us-east-1", "aws"],
  ["cn-north-1", "aws-cn"],
  ["us-gov-west-1", "aws-us-gov"],
  ["us-iso-east-1", "aws-iso"],
  ["us-isob-east-1", "aws-iso-b"],
  ["us-isof-south-1", "aws-iso-f"],
  ["eu-isoe-west-1", "aws-iso-e"],
  ["eusc-de-east-1", "aws-eusc"],
  [undefined, "aws"],
])("region %s is in %s", (region, partition) => {
  expect(partitionOfRegion(region)).toBe(partition);
});

test.each([
  ["aws", "us-east-1"],
  ["aws-cn", "cn-northwest-1"],
  ["aws-us-gov", "us-gov-west-1"],
  ["aws-iso", "us-iso-east-1"],
  ["aws-iso-b", "us-isob-east-1"],
  ["aws-iso-e", "eu-isoe-west-1"],
  ["aws-iso-f", "us-isof-south-1"],
  ["aws-eusc", "eusc-de-east-1"],
  ["aws-new", "us-east-1"],
])("%s is asked in %s", (partition, region) => {
  expect(homeRegionOf(partition)).toBe(region);
});

test.each<[string, ReturnType<typeof accountOfArn>]>([
  ["arn:aws:iam::111122223333:user/alice", { partition: "aws", accountId: "111122223333" }],
  ["arn:aws:iam::111122223333:root", { partition: "aws", accountId: "111122223333" }],
  ["arn:aws-cn:sts::111122223333:assumed-role/Dev/me", { partition: "aws-cn", accountId: "111122223333" }],
  ["arn:aws:s3:::bucket", undefined],
  ["111122223333", undefined],
])("account of %s", (arn, account) => {
  expect(accountOfArn(arn)).toEqual(account);
});
