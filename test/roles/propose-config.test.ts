import { describe, expect, test } from "bun:test";
import { parse } from "smol-toml";
import * as v from "valibot";
import { configSchema } from "../../src/config/schema.ts";
import type { Profiles } from "../../src/roles/profiles.ts";
import { proposeConfig } from "../../src/roles/propose-config.ts";

const ARN = "arn:aws:iam::222233334444:role/Admin";
const KEYS = { aws_access_key_id: "AKIA", aws_secret_access_key: "s", region: "eu-central-1" };
const configOf = (profiles: Profiles, preferred?: string) =>
  v.parse(configSchema, parse(proposeConfig(profiles, preferred).text));

test("base, region, accounts and roles from the profiles that are there", () => {
  const config = configOf({
    corp: KEYS,
    "prod-admin": { role_arn: ARN, source_profile: "corp", external_id: 'x"y\u007F', role_session_name: "me" },
    "prod-readonly": { role_arn: ARN.replace("Admin", "ReadOnly"), source_profile: "corp" },
    "dev-admin": { role_arn: ARN.replaceAll("2", "1"), source_profile: "corp", region: "us-east-1" },
  });
  expect(config).toMatchObject({ base: "corp", region: "eu-central-1" });
  expect(config.accounts).toEqual({ prod: "222233334444", dev: "111133334444" });
  expect(config.roles).toEqual({
    "prod-admin": { role_arn: ARN, external_id: 'x"y\u007F', session_name: "me" },
    "prod-readonly": { role_arn: "arn:aws:iam::222233334444:role/ReadOnly" },
    "dev-admin": { role_arn: "arn:aws:iam::111133334444:role/Admin", region: "us-east-1" },
  });
});

test("the role to begin with is not a precious one, where there is another", () => {
  const role = (name: string) => ({ [name]: { role_arn: ARN, source_profile: "corp" } });
  expect(configOf({ corp: KEYS, ...role("prod"), ...role("sandbox") }).default_role).toBe("sandbox");
  expect(configOf({ corp: KEYS, ...role("prod") }).default_role).toBe("prod");
  expect(configOf({ corp: KEYS }).default_role).toBeUndefined();
});

describe("the base", () => {
  const many = { a: KEYS, b: KEYS, x: { source_profile: "b", role_arn: ARN }, default: KEYS };
  test.each<[string, Profiles, string | undefined, string | undefined]>([
    ["the environment's", many, "a", "a"],
    ["one that is not there", many, "gone", "b"],
    ["what most roles come from", many, undefined, "b"],
    ["default", { a: KEYS, default: KEYS }, undefined, "default"],
    ["the only sign-in", { plain: { region: "x" }, sso: { sso_session: "s" } }, undefined, "sso"],
    ["nothing to assume from", { plain: { region: "x" } }, undefined, undefined],
    ["no profiles at all", {}, undefined, undefined],
  ])("%s", (_title, profiles, preferred, base) => {
    expect(configOf(profiles, preferred).base).toBe(base);
  });
});

test.each<[string, Record<string, string>]>([
  ["another source", { source_profile: "other" }],
  ["a code", { source_profile: "corp", mfa_serial: "arn:aws:iam::111122223333:mfa/me" }],
  ["a length of its own", { source_profile: "corp", duration_seconds: "900" }],
  ["no role ARN", { source_profile: "corp", role_arn: "nonsense" }],
])("a profile with %s stays a profile", (_title, change) => {
  expect(configOf({ corp: KEYS, other: KEYS, odd: { role_arn: ARN, ...change } }, "corp").roles).toEqual({});
});

test("thousands of profiles are not written out", () => {
  const roles = Array.from({ length: 7000 }, (_, index) => [
    `team ${index}`,
    { role_arn: ARN, source_profile: "corp" },
  ]);
  const { text } = proposeConfig({ corp: KEYS, ...Object.fromEntries(roles) }, undefined);
  expect(Object.keys(configOf({ corp: KEYS, ...Object.fromEntries(roles) }).roles)).toHaveLength(30);
  expect(text).toContain("# 6970 more profiles are there by their names.");
});
