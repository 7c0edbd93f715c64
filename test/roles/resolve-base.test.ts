import { describe, expect, test } from "bun:test";
import { resolveBase, resolveRole, roleNames } from "../../src/roles/resolve.ts";
import { failureOf } from "../support/failure.ts";
import { ARN, KEYS, type Scene, baseOf, resolve, sources } from "./role-sources.ts";

describe("region of a role", () => {
  const all: Scene = {
    config: { region: "config", roles: { dev: { role_arn: ARN, region: "own" } } },
    profiles: { corp: { ...KEYS, region: "base" } },
    environment: { region: "environment" },
  };
  const without: Scene = { ...all, config: { region: "config", roles: { dev: { role_arn: ARN } } } };
  const noBase: Scene = { ...without, profiles: { corp: KEYS } };
  test.each<[string | undefined, string, string, Scene]>([
    ["own", "its own", "dev", all],
    ["base", "the base profile's", "dev", without],
    ["environment", "AWS_REGION", "dev", noBase],
    ["config", "the config's", "dev", { ...noBase, environment: {} }],
    [undefined, "none", "dev", { ...noBase, environment: {}, config: { roles: { dev: { role_arn: ARN } } } }],
    ["base", "a profile's", "corp", all],
    ["environment", "AWS_REGION for a profile without", "corp", noBase],
    ["base", "the base profile's, for an ARN", ARN, without],
  ])("%s: %s", (region, _title, name, scene) => {
    expect(resolve(name, scene).region).toBe(region);
  });
});

describe("what roles are assumed from", () => {
  const profiles = { option: KEYS, config: KEYS, environment: KEYS, default: KEYS };
  const everything: Scene = {
    profiles,
    config: { base: "config" },
    environment: { profile: "environment", hasKeys: true },
  };
  test.each<[string, string, Scene]>([
    ["--profile", "profile option", { ...everything, baseOption: "option" }],
    ["base of the config", "profile config", everything],
    ["AWS_PROFILE", "profile environment", { ...everything, config: {} }],
    ["keys of the environment", "environment", { profiles, environment: { hasKeys: true } }],
    ["the default profile", "profile default", { profiles }],
  ])("%s", (_title, base, scene) => {
    expect(baseOf(resolveRole(ARN, sources(scene)))).toBe(base);
    expect(baseOf(resolveBase(sources(scene)))).toBe(base);
  });

  test("as it is, it is served under its own name, without a role", () => {
    const region = { corp: { ...KEYS, region: "eu-west-1" } };
    expect(resolveBase(sources({ profiles: region, baseOption: "corp" }))).toMatchObject({
      name: "corp",
      steps: [],
      region: "eu-west-1",
    });
    expect(resolveBase(sources({ profiles: {}, environment: { hasKeys: true } })).name).toBe("environment");
  });

  test("nothing at all", async () => {
    expect(await failureOf(() => resolveBase(sources({ profiles: {} })))).toEqual({
      message: "there are no base credentials: no AWS profile and no keys in the environment",
      hint: "aws configure sso, or metacred keys add NAME",
      exit: 2,
    });
  });

  test("profiles, but none of them named", async () => {
    expect(await failureOf(() => resolveBase(sources({ profiles: { corp: KEYS } })))).toEqual({
      message: "no base is named, no AWS_PROFILE is set, and there is no AWS profile [default]",
      hint: 'metacred serve --profile PROFILE, or base = "PROFILE" in the config',
      exit: 2,
    });
  });

  test("a base that does not exist", async () => {
    const { message } = await failureOf(() => resolveRole(ARN, sources({ baseOption: "gone" })));
    expect(message).toBe('the AWS profile "gone" does not exist');
  });
});

test("names: tables and profiles, each once, in order", () => {
  const config = { roles: { dev: { role_arn: ARN }, b: { role_arn: ARN } } };
  expect(roleNames(sources({ config, profiles: { dev: KEYS, a: KEYS } }))).toEqual(["a", "b", "dev"]);
});
