import { describe, expect, test } from "bun:test";
import { chooseSignIn } from "../../src/roles/sign-in-choice.ts";
import { resolveBase } from "../../src/roles/resolve.ts";
import { ssoCandidates, ssoRole } from "../../src/roles/sso-role.ts";
import { failureOf } from "../support/failure.ts";
import { ARN, KEYS, type Scene, sources } from "./role-sources.ts";

const SSO = { sso_start_url: "https://corp.awsapps.com/start", sso_region: "eu-west-1", region: "eu-north-1" };
const CORP = { ...SSO, sso_session: "corp" };
const OTHER = { ...SSO, sso_session: "other" };
const ACCOUNTS = { accounts: { prod: "222233334444" } };
const ssoScene = (more: Scene = {}) =>
  sources({ profiles: { corp: CORP, keys: KEYS }, baseOption: "corp", config: ACCOUNTS, ...more });

describe("what can be a pair of the base's sign-in", () => {
  test.each<[string, Scene, string[]]>([
    ["111122223333/Dev", {}, ["111122223333 Dev"]],
    ["Dev@111122223333", {}, ["111122223333 Dev"]],
    ["prod/Dev", {}, ["222233334444 Dev"]],
    ["Dev@prod", {}, ["222233334444 Dev"]],
    ["nobody/Dev", {}, []],
    ["111122223333/path/Dev", {}, []],
    [ARN, {}, []],
    ["prod/Dev", { baseOption: "keys" }, []],
    ["prod/Dev", { profiles: { corp: CORP, top: { role_arn: ARN, source_profile: "corp" } }, baseOption: "top" }, []],
    ["prod/Dev", { profiles: { corp: CORP, "prod/Dev": KEYS } }, []],
    ["prod/Dev", { config: { ...ACCOUNTS, roles: { "prod/Dev": { role_arn: ARN } } } }, []],
  ])("%s %j", (name, more, pairs) => {
    const found = ssoCandidates(name, ssoScene(more));
    expect(found.map(({ accountId, roleName }) => `${accountId} ${roleName}`)).toEqual(pairs);
  });

  test("it is a base of its own, in the region of the profile", () => {
    const all = ssoScene();
    const [candidate] = ssoCandidates("prod/Dev", all);
    if (candidate === undefined) throw new Error("no candidate");
    expect(ssoRole("prod/Dev", candidate, all)).toMatchObject({
      name: "prod/Dev",
      base: { kind: "sso", word: "corp", accountId: "222233334444", roleName: "Dev" },
      steps: [],
      region: "eu-north-1",
    });
  });
});

describe("which sign-in is meant", () => {
  const sessions = { corp: CORP, other: OTHER };
  const choose = (name: string | undefined, more: Scene = {}, known: object = sessions) =>
    chooseSignIn(name, ssoScene(more), { ...known }).word;

  test.each<[string, string | undefined, Scene, object, string]>([
    ["an sso-session by its name", "other", {}, sessions, "other"],
    ["a profile's", "legacy", { profiles: { legacy: SSO } }, sessions, "legacy"],
    ["that under a role", "top", { profiles: { c: CORP, top: { role_arn: ARN, source_profile: "c" } } }, {}, "corp"],
    ["the base's", undefined, {}, sessions, "corp"],
    ["the only one", undefined, { baseOption: "keys", profiles: { keys: KEYS } }, { other: OTHER }, "other"],
    [
      "one that several profiles share",
      undefined,
      { baseOption: "k", profiles: { k: KEYS, a: CORP, b: CORP } },
      {},
      "corp",
    ],
  ])("%s", (_title, name, more, known, word) => {
    expect(choose(name, more, known)).toBe(word);
  });

  test.each<[string, string | undefined, Scene, object, string, string]>([
    [
      "a wrong name",
      "coorp",
      {},
      sessions,
      'there is no sso-session and no AWS profile "coorp"',
      "metacred login corp",
    ],
    ["a profile without SSO", "keys", {}, sessions, "does not use SSO", "metacred use keys"],
    [
      "several",
      undefined,
      { baseOption: "keys" },
      sessions,
      "several SSO sessions: corp, other",
      "metacred login corp",
    ],
    [
      "none",
      undefined,
      { baseOption: "keys", profiles: { keys: KEYS } },
      {},
      "knows no SSO session",
      "aws configure sso",
    ],
  ])("refused: %s", async (_title, name, more, known, message, hint) => {
    const failure = await failureOf(() => choose(name, more, known));
    expect(failure).toMatchObject({ message: expect.stringContaining(message), hint, exit: 2 });
  });
});

describe("keys of the keychain as base", () => {
  const config = { base: "mine", sources: { mine: { keychain: "ci-user" }, lost: { keychain: "gone" } } };

  test("under the name of their source", () => {
    const all = sources({ config });
    expect(chooseBase(all)).toEqual({ kind: "keychain", item: "ci-user", revision: "1" });
  });

  test("that nobody has added", async () => {
    expect(await failureOf(() => chooseBase(sources({ config, baseOption: "lost" })))).toEqual({
      message: 'there are no keys "gone" in the keychain, which [sources.lost] names',
      hint: "metacred keys add gone",
      exit: 2,
    });
  });
});

function chooseBase(all: ReturnType<typeof sources>) {
  return resolveBase(all).base;
}
