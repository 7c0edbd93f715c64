// Names that lead to a broker, devices, and everything that a session may be scoped down with.
import { describe, expect, test } from "bun:test";
import { describeBase, sessionKey } from "../../src/roles/role-spec.ts";
import { resolveBase } from "../../src/roles/resolve.ts";
import { failureOf } from "../support/failure.ts";
import { ARN, KEYS, arnsOf, resolve, sources } from "./role-sources.ts";

const url = "https://afp.example.com";
const BROKER = { sources: { afp: { url } } };
const OPS = "arn:aws:iam::111122223333:role/Ops";

describe("a broker's roles", () => {
  test.each<[string, object]>([
    ["afp", {}],
    ["afp/Admin", { role: "Admin" }],
    ["afp/prod/Admin", { account: "prod", role: "Admin" }],
  ])("%s", (name, wanted) => {
    const { base, steps } = resolve(name, { config: BROKER });
    expect(base).toEqual({ kind: "broker", source: "afp", settings: { url }, ...wanted });
    expect(steps).toEqual([]);
    expect(describeBase(base)).toBe(`broker ${name}`);
  });

  test.each(["afp/", "afp/a/b/c", "afp//x", "other/Admin"])("%s is none", async (name) => {
    expect((await failureOf(() => resolve(name, { config: BROKER }))).exit).toBe(2);
  });

  test("a role table and a profile come before a source of the same name", () => {
    expect(arnsOf(resolve("afp", { config: { ...BROKER, roles: { afp: { role_arn: ARN } } } }))).toEqual([ARN]);
    expect(resolve("afp", { config: BROKER, profiles: { corp: KEYS, afp: KEYS } }).base.kind).toBe("profile");
  });

  test("an account of the same name: both meanings are listed", async () => {
    const config = { ...BROKER, accounts: { afp: "111122223333" } };
    const { message, exit } = await failureOf(() => resolve("afp/Admin", { config }));
    expect(message).toBe('the role "afp/Admin" can mean arn:aws:iam::111122223333:role/Admin or broker afp/Admin');
    expect(exit).toBe(2);
  });

  test("as the base that roles are assumed from", () => {
    const config = { ...BROKER, roles: { dev: { role_arn: ARN } } };
    const spec = resolve("dev", { config, baseOption: "afp/prod/Admin" });
    expect([describeBase(spec.base), arnsOf(spec)]).toEqual(["broker afp/prod/Admin", [ARN]]);
    expect(resolveBase(sources({ config: { ...BROKER, base: "afp" } })).name).toBe("afp");
  });

  test("a base that is both a profile and a source", async () => {
    const scene = { config: { ...BROKER, base: "afp" }, profiles: { afp: KEYS } };
    expect((await failureOf(() => resolveBase(sources(scene)))).message).toBe(
      'the base "afp" is an AWS profile and a name of [sources]',
    );
  });

  test("other settings are another session", () => {
    const key = (settings: object) => sessionKey(resolve("afp", { config: { sources: { afp: settings } } }));
    expect(key({ url })).toBe(key({ url }));
    expect(key({ url, ca_file: "x" })).not.toBe(key({ url }));
  });
});

describe("MFA of a role table", () => {
  const table = (rest: object) => ({ roles: { dev: { role_arn: ARN, ...rest } } });

  test("its own device and process", () => {
    const config = table({ mfa_serial: "D", mfa_process: "code" });
    expect(resolve("dev", { config }).mfa).toEqual({ serial: "D", process: "code" });
  });

  test("the base profile's device, with the table's process", () => {
    const profiles = { corp: { ...KEYS, mfa_serial: "D" } };
    expect(resolve("dev", { config: table({}), profiles }).mfa).toEqual({ serial: "D" });
    expect(resolve("dev", { config: table({ mfa_process: "x" }), profiles }).mfa).toEqual({
      serial: "D",
      process: "x",
    });
  });

  test("with and without a device are two sessions, two processes for one device are not", () => {
    const key = (rest: object) => sessionKey(resolve("dev", { config: table(rest) }));
    expect(key({ mfa_serial: "D" })).not.toBe(key({}));
    expect(key({ mfa_serial: "D", mfa_process: "x" })).toBe(key({ mfa_serial: "D" }));
  });
});

describe("a chain by via", () => {
  const config = {
    accounts: { prod: "222233334444" },
    roles: {
      jump: {
        role_arn: OPS,
        external_id: "e",
        session_name: "jump-{user}",
        policy: '{"Statement":[]}',
        tags: { team: "a" },
        transitive_tags: ["team"],
        source_identity: "{user}",
      },
      dev: {
        role_arn: "prod/Deep",
        via: ["jump", "prod/Middle"],
        duration: "12h",
        policy_arns: ["P"],
        policy: '{"Statement":1}',
      },
    },
  };

  test("first assumed first, each link with what is its own", () => {
    expect(resolve("dev", { config }).steps).toEqual([
      {
        roleArn: OPS,
        sessionName: "jump-ann",
        externalId: "e",
        durationSeconds: 3600,
        policy: '{"Statement":[]}',
        tags: { team: "a" },
        transitiveTagKeys: ["team"],
        sourceIdentity: "ann",
      },
      { roleArn: "arn:aws:iam::222233334444:role/Middle", sessionName: "ann-desk", durationSeconds: 3600 },
      {
        roleArn: "arn:aws:iam::222233334444:role/Deep",
        sessionName: "ann-desk",
        durationSeconds: 43_200,
        policy: '{"Statement":1}',
        policyArns: ["P"],
      },
    ]);
  });

  test("another policy is another session", () => {
    const key = (policy: string) =>
      sessionKey(resolve("dev", { config: { roles: { dev: { role_arn: ARN, policy } } } }));
    expect(key("{}")).not.toBe(key("[]"));
  });
});
