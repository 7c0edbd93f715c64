import { describe, expect, test } from "bun:test";
import { failureOf } from "../support/failure.ts";
import { ARN, KEYS, type Scene, arnsOf, baseOf, resolve } from "./role-sources.ts";

describe("step 1: a table of the config", () => {
  test("alone: the defaults", () => {
    const spec = resolve("dev", { config: { roles: { dev: { role_arn: ARN } } } });
    expect(spec).toMatchObject({ name: "dev", region: undefined });
    expect(spec.steps).toEqual([{ roleArn: ARN, sessionName: "ann-desk", durationSeconds: 3600 }]);
    expect(baseOf(spec)).toBe("profile corp");
  });

  test("with everything", () => {
    const dev = {
      role_arn: ARN,
      external_id: "ext",
      session_name: "{user}/{host}!",
      duration: "2h",
      policy_arns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      tags: { team: "payments" },
      transitive_tags: ["team"],
      source_identity: "{user}",
      region: "us-east-1",
    };
    const spec = resolve("dev", { config: { roles: { dev } } });
    expect(spec.region).toBe("us-east-1");
    expect(spec.steps).toEqual([
      {
        roleArn: ARN,
        sessionName: "ann-desk-",
        durationSeconds: 7200,
        externalId: "ext",
        policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        tags: { team: "payments" },
        transitiveTagKeys: ["team"],
        sourceIdentity: "ann",
      },
    ]);
  });

  test("comes before a profile of the same name", () => {
    const scene = { config: { roles: { corp: { role_arn: ARN } } } };
    expect(arnsOf(resolve("corp", scene))).toEqual([ARN]);
  });

  test("role_arn may be ACCOUNT/ROLE of a named account", () => {
    const config = { accounts: { prod: "222233334444" }, roles: { ro: { role_arn: "prod/ReadOnly" } } };
    expect(arnsOf(resolve("ro", { config }))).toEqual(["arn:aws:iam::222233334444:role/ReadOnly"]);
  });

  test("via: first assumed first; a table's own parameters hold for its link", () => {
    const config = {
      accounts: { prod: "222233334444" },
      roles: {
        jump: { role_arn: "prod/Jump", external_id: "jump", session_name: "jumper", region: "us-east-1" },
        deep: { role_arn: ARN, via: ["jump", "prod/Second"], external_id: "deep" },
      },
    };
    expect(resolve("deep", { config })).toMatchObject({
      region: undefined,
      steps: [
        { roleArn: "arn:aws:iam::222233334444:role/Jump", externalId: "jump", sessionName: "jumper" },
        { roleArn: "arn:aws:iam::222233334444:role/Second", sessionName: "ann-desk" },
        { roleArn: ARN, externalId: "deep", sessionName: "ann-desk" },
      ],
    });
    expect(resolve("deep", { config }).steps[1]).not.toHaveProperty("externalId");
  });

  test("a base that is a role itself is assumed first", () => {
    const profiles = { corp: { role_arn: "arn:aws:iam::111122223333:role/Base", source_profile: "keys" }, keys: KEYS };
    const spec = resolve("dev", { config: { roles: { dev: { role_arn: ARN } } }, profiles });
    expect(baseOf(spec)).toBe("profile keys");
    expect(arnsOf(spec)).toEqual(["arn:aws:iam::111122223333:role/Base", ARN]);
  });

  test.each<[string, object, RegExp]>([
    ["an unknown account", { role_arn: "prod/Dev" }, /is no role ARN, nor ACCOUNT\/ROLE of a known account$/],
    ["a link that is nothing", { role_arn: ARN, via: ["nothing"] }, /^"nothing" in \[roles\.dev\]/],
    [
      "two meanings",
      { role_arn: "one/Dev@two" },
      /is arn:aws:iam::1{12}:role\/Dev@two or arn:aws:iam::2{12}:role\/one/,
    ],
  ])("refused: %s", async (_title, dev, message) => {
    const config = { accounts: { one: "111111111111", two: "222222222222" }, roles: { dev } };
    const failure = await failureOf(() => resolve("dev", { config }));
    expect(failure.message).toMatch(message);
    expect(failure).toMatchObject({ exit: 2, hint: expect.stringContaining("arn:aws:iam::ACCOUNT:role/NAME") });
  });
});

describe("step 2: an AWS profile", () => {
  test("with a role: no base of the config is put under it", () => {
    const profiles = { other: KEYS, corp: KEYS, dev: { role_arn: ARN, source_profile: "other" } };
    const spec = resolve("dev", { profiles });
    expect([baseOf(spec), ...arnsOf(spec)]).toEqual(["profile other", ARN]);
    expect(spec.steps[0]?.sessionName).toBe("ann-desk");
  });

  test("comes before ACCOUNT/ROLE", () => {
    const name = "111122223333/Dev";
    expect(arnsOf(resolve(name, { profiles: { corp: KEYS, [name]: KEYS } }))).toEqual([]);
  });
});

describe("keys of the environment", () => {
  test("are served under a name, so that a switch can go back to them", () => {
    const spec = resolve("environment", { environment: { hasKeys: true, region: "eu-west-1" } });
    expect(spec).toEqual({ name: "environment", base: { kind: "environment" }, steps: [], region: "eu-west-1" });
  });

  test("have no name where there are none", async () => {
    expect((await failureOf(() => resolve("environment", {}))).message).toMatch(/^there is no role "environment"/);
  });
});

describe("step 3: account and role", () => {
  const accounts = { prod: "222233334444", "my.acct": "333344445555" };
  test.each([
    ["222233334444/ReadOnly", "arn:aws:iam::222233334444:role/ReadOnly"],
    ["ReadOnly@222233334444", "arn:aws:iam::222233334444:role/ReadOnly"],
    ["prod/ReadOnly", "arn:aws:iam::222233334444:role/ReadOnly"],
    ["ReadOnly@prod", "arn:aws:iam::222233334444:role/ReadOnly"],
    ["my.acct/ReadOnly", "arn:aws:iam::333344445555:role/ReadOnly"],
    ["prod/team/a/ReadOnly", "arn:aws:iam::222233334444:role/team/a/ReadOnly"],
    ["team/a/ReadOnly@prod", "arn:aws:iam::222233334444:role/team/a/ReadOnly"],
    ["prod/me@home", "arn:aws:iam::222233334444:role/me@home"],
    ["me@home@prod", "arn:aws:iam::222233334444:role/me@home"],
  ])("%s", (name, arn) => {
    const spec = resolve(name, { config: { accounts } });
    expect([spec.name, ...arnsOf(spec)]).toEqual([name, arn]);
    expect(baseOf(spec)).toBe("profile corp");
  });

  test("both readings hold: both are listed", async () => {
    const failure = await failureOf(() =>
      resolve("prod/Dev@other", { config: { accounts: { ...accounts, other: "444455556666" } } }),
    );
    expect(failure).toEqual({
      message:
        'the role "prod/Dev@other" can mean arn:aws:iam::222233334444:role/Dev@other or arn:aws:iam::444455556666:role/prod/Dev',
      hint: "metacred use arn:aws:iam::222233334444:role/Dev@other",
      exit: 2,
    });
  });

  test.each(["unknown/Dev", "Dev@unknown", "22223333444/Dev", "/Dev", "prod/", "prod/De v", "constructor/Dev"])(
    "%s is none",
    async (name) => {
      const { message } = await failureOf(() => resolve(name, { config: { accounts } }));
      expect(message).toStartWith(`there is no role "${name}"`);
    },
  );
});

describe("partition of account and role: that of the region where the role will be used", () => {
  const accounts = { prod: "222233334444" };
  const roles = { ro: { role_arn: "prod/ReadOnly" }, cn: { role_arn: "prod/ReadOnly", region: "cn-north-1" } };
  test.each<[string, string, Scene]>([
    ["aws", "prod/ReadOnly", {}],
    ["aws-cn", "prod/ReadOnly", { config: { accounts, region: "cn-north-1" } }],
    [
      "aws-us-gov",
      "prod/ReadOnly",
      { environment: { region: "us-gov-west-1" }, config: { accounts, region: "cn-north-1" } },
    ],
    [
      "aws-iso",
      "prod/ReadOnly",
      { profiles: { corp: { ...KEYS, region: "us-iso-east-1" } }, environment: { region: "cn-north-1" } },
    ],
    ["aws-iso", "ro", { profiles: { corp: { ...KEYS, region: "us-iso-east-1" } } }],
    ["aws-cn", "cn", { profiles: { corp: { ...KEYS, region: "us-iso-east-1" } } }],
  ])("%s: %s with %j", (partition, name, scene) => {
    const spec = resolve(name, { config: { accounts, roles }, ...scene });
    expect(arnsOf(spec)).toEqual([`arn:${partition}:iam::222233334444:role/ReadOnly`]);
  });
});

describe("step 4: a role ARN", () => {
  test.each([
    "arn:aws:iam::222233334444:role/ReadOnly",
    "arn:aws:iam::222233334444:role/team/a/ReadOnly",
    "arn:aws-cn:iam::222233334444:role/ReadOnly",
    "arn:aws-us-gov:iam::222233334444:role/ReadOnly",
    "arn:aws-iso:iam::222233334444:role/ReadOnly",
    "arn:aws-iso-b:iam::222233334444:role/ReadOnly",
    "arn:aws:iam::222233334444:role/me@111122223333",
  ])("%s", (arn) => {
    const spec = resolve(arn, { config: { accounts: { me: "111122223333" } } });
    expect([spec.name, ...arnsOf(spec)]).toEqual([arn, arn]);
  });

  test("one of a user is none", async () => {
    const { message } = await failureOf(() => resolve("arn:aws:iam::222233334444:user/ann", {}));
    expect(message).toMatch(/no role ARN$/);
  });
});

test.each<[object, string]>([
  [{ role_arn: "prdo/Dev" }, 'did you mean "prod/Dev"?'],
  [{ role_arn: ARN, via: ["jmup"] }, 'did you mean "jump"?'],
  [{ role_arn: ARN, via: ["prdo/Dev"] }, 'did you mean "prod/Dev"?'],
  // A table is a link of via, and no role_arn.
  [{ role_arn: "jump@nowhere" }, "write it as arn:aws:iam::ACCOUNT:role/NAME"],
])("a table that means nothing: %j", async (dev, hint) => {
  const config = { roles: { dev, jump: { role_arn: ARN } }, accounts: { prod: "222233334444" } };
  expect(await failureOf(() => resolve("dev", { config }))).toMatchObject({ hint, exit: 2 });
});

describe("a name that is nothing", () => {
  const scene = {
    config: {
      roles: { "prod-readonly": { role_arn: ARN }, "my own role": { role_arn: ARN } },
      accounts: { prod: "222233334444" },
    },
    profiles: { corp: KEYS, development: KEYS },
  };
  test.each([
    ["prod-readnoly", 'did you mean "prod-readonly"?'],
    ["developmnt", 'did you mean "development"?'],
    ["something-else", "metacred roles"],
    ["my own rloe", 'did you mean "my own role"?'],
    ["prdo/Admin", 'did you mean "prod/Admin"?'],
    ["Admin@prdo", 'did you mean "Admin@prod"?'],
    ["prod/no name", "metacred roles"],
    ["elsewhere/Admin", "metacred roles"],
    // Properties that every object has are no roles.
    ["constructor", "metacred roles"],
    ["toString", "metacred roles"],
    ["__proto__", "metacred roles"],
  ])("%s", async (name, hint) => {
    expect(await failureOf(() => resolve(name, scene))).toEqual({
      message: `there is no role "${name}": not in the config, no AWS profile, no ACCOUNT/ROLE, no role ARN`,
      hint,
      exit: 2,
    });
  });
});
