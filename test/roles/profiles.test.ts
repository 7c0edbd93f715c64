import { describe, expect, test } from "bun:test";
import { type Profiles, ownKeys, resolveProfile } from "../../src/roles/profiles.ts";
import { failureOf } from "../support/failure.ts";

const KEYS = { aws_access_key_id: "AKIA", aws_secret_access_key: "secret" };
const DEV = "arn:aws:iam::111122223333:role/Dev";
const OPS = "arn:aws:iam::111122223333:role/Ops";
const step = (roleArn: string, more: object = {}) => ({
  roleArn,
  sessionName: "ann-desk",
  durationSeconds: 3600,
  ...more,
});
const resolve = (name: string, profiles: Profiles) => resolveProfile(name, profiles, "ann-desk");
const shape = (name: string, profiles: Profiles) => {
  const { base, steps, region } = resolve(name, profiles);
  return { base: "profile" in base ? `${base.kind} ${base.profile}` : base.kind, steps, region };
};

describe("profiles without a role are bases themselves", () => {
  test.each<[string, Profiles[string]]>([
    ["keys", KEYS],
    ["a process", { credential_process: "vault" }],
    ["web identity", { role_arn: DEV, web_identity_token_file: "/token", source_profile: "nowhere" }],
    ["a login session", { login_session: "arn:aws:iam::111122223333:user/ann" }],
    ["keys and mfa_serial", { ...KEYS, mfa_serial: "arn:aws:iam::111122223333:mfa/ann" }],
  ])("%s", (_title, profile) => {
    expect(shape("p", { p: { ...profile, region: "eu-west-1" } })).toEqual({
      base: "profile p",
      steps: [],
      region: "eu-west-1",
    });
  });
});

const URL = { sso_start_url: "https://corp.awsapps.com/start", sso_region: "eu-west-1" };

test.each<[string, Profiles[string], object, string]>([
  [
    "a session",
    { ...URL, sso_session: "corp", sso_registration_scopes: "sso:account:access, a:b", sso_account_id: "1" },
    { name: "corp", region: "eu-west-1", scopes: ["sso:account:access", "a:b"] },
    "corp",
  ],
  ["the legacy form", { ...URL, sso_account_id: "1" }, { name: undefined, scopes: [] }, "p"],
])("SSO by %s says who must sign in to what", (_title, profile, session, word) => {
  expect(resolve("p", { p: profile }).base).toMatchObject({ kind: "sso", session, word, accountId: "1" });
});

test("keys win over SSO, as in the SDK", () => {
  expect(shape("p", { p: { ...KEYS, ...URL } }).base).toBe("profile p");
});

test("an edited profile is another identity, one read twice is the same", () => {
  const identityOf = (profile: Profiles[string]) => resolve("p", { p: profile }).base;
  expect(identityOf({ ...KEYS })).toEqual(identityOf({ ...KEYS }));
  expect(identityOf({ ...KEYS, aws_secret_access_key: "new" })).not.toEqual(identityOf(KEYS));
  expect(JSON.stringify(identityOf(KEYS))).not.toContain("secret");
});

describe("role_arn", () => {
  test("with every parameter of its own", () => {
    const p = {
      role_arn: DEV,
      source_profile: "keys",
      role_session_name: "fixed",
      external_id: "ext",
      duration_seconds: "900",
    };
    const { steps } = resolve("p", { p, keys: KEYS });
    expect(steps).toEqual([{ roleArn: DEV, sessionName: "fixed", externalId: "ext", durationSeconds: 900 }]);
  });

  test.each([
    ["900", 900],
    ["43200", 43_200],
  ])("duration_seconds = %s", (duration_seconds, seconds) => {
    const { steps } = resolve("p", { p: { role_arn: DEV, source_profile: "keys", duration_seconds }, keys: KEYS });
    expect(steps[0]?.durationSeconds).toBe(seconds);
  });

  test("a chain of three: the first assumed comes first, each with its own parameters", () => {
    const profiles = {
      top: { role_arn: OPS, source_profile: "middle", external_id: "top" },
      middle: { role_arn: DEV, source_profile: "bottom" },
      bottom: { ...URL, sso_session: "corp" },
    };
    expect(shape("top", profiles)).toEqual({
      base: "sso",
      steps: [step(DEV), step(OPS, { externalId: "top" })],
      region: undefined,
    });
  });

  test.each<[string, (string | undefined)[], string | undefined]>([
    ["own", ["own", "source", "bottom"], "own"],
    ["source's", [undefined, "source", "bottom"], "source"],
    ["that of the source's source", [undefined, undefined, "bottom"], "bottom"],
    ["none", [undefined, undefined, undefined], undefined],
  ])("region: %s", (_title, [own, source, bottom], region) => {
    const profiles = {
      top: { role_arn: OPS, source_profile: "middle", region: own },
      middle: { role_arn: DEV, source_profile: "bottom", region: source },
      bottom: { ...KEYS, region: bottom },
    };
    expect(resolve("top", profiles).region).toBe(region);
  });

  // credential-provider-ini resolveProfileData.ts: static keys of a visited profile come before its role.
  test("keys of a source profile win over its own role", () => {
    const profiles = { p: { role_arn: DEV, source_profile: "both" }, both: { ...KEYS, role_arn: OPS } };
    expect(shape("p", profiles)).toEqual({ base: "profile both", steps: [step(DEV)], region: undefined });
  });

  test("its own source: the role is assumed by its own keys", () => {
    const profiles = { p: { ...KEYS, role_arn: DEV, source_profile: "p" } };
    expect(shape("p", profiles)).toEqual({ base: "profile p", steps: [step(DEV)], region: undefined });
  });

  test("a profile's own keys are not taken where it names another source", () => {
    const profiles = { p: { ...KEYS, role_arn: DEV, source_profile: "q" }, q: { ...URL, sso_session: "corp" } };
    expect(shape("p", profiles)).toMatchObject({ base: "sso", steps: [step(DEV)] });
  });

  test.each<[string, string]>([
    ["Environment", "environment"],
    ["EcsContainer", "container p"],
  ])("credential_source = %s", (credential_source, base) => {
    expect(shape("p", { p: { role_arn: DEV, credential_source } })).toMatchObject({ base, steps: [step(DEV)] });
  });
});

describe("keys that stand in a base itself", () => {
  test.each<[string, Profiles[string]]>([
    ["nothing", {}],
    ["an id alone", { aws_access_key_id: "AKIA" }],
    ["a secret alone", { aws_secret_access_key: "secret" }],
    [
      "keys beside a token file, a role and a source",
      { ...KEYS, role_arn: DEV, web_identity_token_file: "/token", source_profile: "q" },
    ],
  ])("%s: the SDK is asked", (_title, profile) => {
    expect(ownKeys({ p: profile ?? {} }, "p")).toBeUndefined();
  });

  test("a name that is no profile, but a word of JavaScript's", () => {
    expect(ownKeys({}, "constructor")).toBeUndefined();
  });
});

test("a session that the config does not have", async () => {
  expect(await failureOf(() => resolve("p", { p: { sso_session: "gone" } }))).toMatchObject({
    message: expect.stringContaining('the sso-session "gone" of the AWS profile "p" does not exist'),
    exit: 2,
  });
});

describe("refused", () => {
  test.each<[string, Profiles, { message: RegExp; hint: RegExp; exit: number }]>([
    [
      "a profile that does not exist",
      {},
      { message: /^the AWS profile "p" does not exist$/, hint: /list-profiles/, exit: 2 },
    ],
    [
      "a profile that is misspelt",
      { pp: { role_arn: DEV, source_profile: "gnoe" }, gone: {} },
      { message: /"p" does not exist$/, hint: /^did you mean "pp"\?$/, exit: 2 },
    ],
    [
      "a source that does not exist",
      { p: { role_arn: DEV, source_profile: "gone" } },
      { message: /^the AWS profile "gone" \(source_profile of "p"\) does not exist$/, hint: /list-profiles/, exit: 2 },
    ],
    [
      "itself as source, without keys",
      { p: { role_arn: DEV, source_profile: "p" } },
      { message: /in a circle: p → p$/, hint: /source_profile of "p"/, exit: 2 },
    ],
    [
      "a circle of three",
      {
        p: { role_arn: DEV, source_profile: "q" },
        q: { role_arn: DEV, source_profile: "r" },
        r: { role_arn: DEV, source_profile: "p" },
      },
      { message: /in a circle: p → q → r → p$/, hint: /source_profile of "r"/, exit: 2 },
    ],
    [
      "a circle further down",
      {
        p: { role_arn: DEV, source_profile: "q" },
        q: { role_arn: DEV, source_profile: "q" },
      },
      { message: /in a circle: p → q → q$/, hint: /source_profile of "q"/, exit: 2 },
    ],
    [
      "a role without a source",
      { p: { role_arn: DEV } },
      { message: /neither source_profile nor credential_source$/, hint: /add source_profile to "p"/, exit: 2 },
    ],
    [
      "the instance metadata service as source",
      { p: { role_arn: DEV, credential_source: "Ec2InstanceMetadata" } },
      { message: /which is metacred itself: a loop$/, hint: /source_profile instead/, exit: 2 },
    ],
    [
      "the instance metadata service without a role",
      { p: { credential_source: "Ec2InstanceMetadata" } },
      { message: /a loop$/, hint: /source_profile instead/, exit: 2 },
    ],
    [
      "half of its own keys as its source",
      { p: { role_arn: DEV, source_profile: "p", aws_access_key_id: "AKIA" } },
      { message: /in a circle: p → p$/, hint: /source_profile of "p"/, exit: 2 },
    ],
    ...["899", "43201", "1h", "900.5", ""].map(
      (text): [string, Profiles, { message: RegExp; hint: RegExp; exit: number }] => [
        `duration_seconds = ${JSON.stringify(text)}`,
        { p: { role_arn: DEV, source_profile: "k", duration_seconds: text }, k: KEYS },
        { message: new RegExp(`duration_seconds of the AWS profile "p" is "${text}"`), hint: /correct it/, exit: 2 },
      ],
    ),
  ])("%s", async (_title, profiles, wanted) => {
    const { message, hint, exit } = await failureOf(() => resolve("p", profiles));
    expect(message).toMatch(wanted.message);
    expect(hint).toMatch(wanted.hint);
    expect(exit).toBe(wanted.exit);
  });

  test("a name that every object has as a property", async () => {
    expect((await failureOf(() => resolve("constructor", {}))).message).toMatch(/does not exist$/);
  });
});

describe("the MFA device of a chain", () => {
  const SERIAL = "arn:aws:iam::111122223333:mfa/ann";
  test.each<[string, Profiles, string | undefined]>([
    ["of the role", { p: { role_arn: DEV, source_profile: "k", mfa_serial: SERIAL }, k: KEYS }, SERIAL],
    [
      "of a role below",
      {
        p: { role_arn: DEV, source_profile: "q" },
        q: { role_arn: OPS, source_profile: "k", mfa_serial: SERIAL },
        k: KEYS,
      },
      SERIAL,
    ],
    [
      "of the keys that a role starts from",
      { p: { role_arn: DEV, source_profile: "k" }, k: { ...KEYS, mfa_serial: SERIAL } },
      SERIAL,
    ],
    ["of keys that are served themselves", { p: { ...KEYS, mfa_serial: SERIAL } }, SERIAL],
    [
      "the one nearest to the keys",
      { p: { role_arn: DEV, source_profile: "k", mfa_serial: "other" }, k: { ...KEYS, mfa_serial: SERIAL } },
      SERIAL,
    ],
    ["none", { p: { role_arn: DEV, source_profile: "k" }, k: KEYS }, undefined],
    ["none for what holds no keys", { p: { credential_process: "x", mfa_serial: SERIAL } }, undefined],
  ])("%s", (_title, profiles, serial) => {
    expect(resolve("p", profiles).mfa?.serial).toBe(serial);
  });
});
