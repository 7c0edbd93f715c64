import { expect, test } from "bun:test";
import { protectionOf } from "../../src/roles/protection.ts";
import { resolveRole } from "../../src/roles/resolve.ts";
import { ssoEntries } from "../../src/roles/role-entries.ts";
import { ssoCandidates, ssoRole } from "../../src/roles/sso-role.ts";
import { sources } from "./role-sources.ts";

const CORP = { sso_start_url: "https://corp.awsapps.com/start", sso_region: "eu-west-1", sso_session: "corp" };
const scene = (roleArn: string) =>
  sources({
    baseOption: "corp",
    profiles: { corp: CORP, admin: { ...CORP, sso_account_id: "222233334444", sso_role_name: "Admin" } },
    config: {
      accounts: { prod: "222233334444", dev: "111122223333" },
      roles: { top: { role_arn: roleArn, protected: true, revert_after: "1h" } },
    },
  });

const NAMES = [
  "prod/Admin",
  "arn:aws:iam::222233334444:role/Admin",
  "arn:aws:iam::222233334444:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef",
];

test.each(NAMES)("what SSO hands out is protected by its account and role: %s", (roleArn) => {
  const all = scene(roleArn);
  const protectedNames = ["prod/Admin", "Admin@prod", "222233334444/Admin", "prod/Reader", "dev/Admin"].filter(
    (name) => {
      const [candidate] = ssoCandidates(name, all);
      return candidate !== undefined && protectionOf(ssoRole(name, candidate, all), all) !== undefined;
    },
  );
  expect(protectedNames).toEqual(["prod/Admin", "Admin@prod", "222233334444/Admin"]);
  expect(protectionOf(resolveRole("admin", all), all)).toEqual({ role: "top", revertAfterMs: 3_600_000 });
  expect(protectionOf(resolveRole("corp", all), all)).toBeUndefined();
});

test("a role that is assumed is not the permission set of its name", () => {
  const all = scene(NAMES[2] ?? "");
  expect(protectionOf(resolveRole("arn:aws:iam::222233334444:role/Admin", all), all)).toBeUndefined();
});

test("pairs are offered by the account's name, with their protection", () => {
  const pairs = [
    { accountId: "222233334444", roleName: "Admin" },
    { accountId: "333344445555", roleName: "Admin" },
  ];
  expect(ssoEntries(pairs, scene("prod/Admin"))).toEqual([
    { name: "prod/Admin", account: "prod", arn: "", protected: true },
    { name: "333344445555/Admin", account: "333344445555", arn: "", protected: false },
  ]);
});
