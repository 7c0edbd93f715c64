import { describe, expect, test } from "bun:test";
import type { RoleLists } from "../../src/sso/role-lists.ts";
import { createRoleCatalog } from "../../src/daemon/role-catalog.ts";
import { resolvePaths } from "../../src/paths.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { failureOf } from "../support/failure.ts";
import { type ScratchAws, scratchAws } from "../support/scratch-aws.ts";

const ARN = "arn:aws:iam::111122223333:role/Dev";
const PROFILES = "[default]\nregion = a\n[profile corp]\nregion = b\n";
const CONFIG = ".config/metacred/config.toml";

const noLists = (): RoleLists => {
  throw new Error("not expected");
};

function catalog(files: ScratchAws, baseOption?: string) {
  const paths = resolvePaths({ env: process.env, platform: "linux", home: files.path });
  const uid = process.getuid?.() ?? -1;
  return createRoleCatalog(
    { env: process.env, paths, uid, user: "ann", host: "desk", clock: systemClock },
    baseOption,
    noLists,
  );
}

test("names of config and profiles", async () => {
  using files = scratchAws({ config: PROFILES });
  files.file(CONFIG, `[roles.dev]\nrole_arn = "${ARN}"\n`);
  expect(await catalog(files).names(false)).toEqual({ names: ["corp", "default", "dev"], pairs: [], note: undefined });
});

describe("what is served when no role is named", () => {
  test.each<[string, string, string | undefined, Record<string, string>, string]>([
    ["default_role", `default_role = "dev"\n[roles.dev]\nrole_arn = "${ARN}"\n`, "corp", {}, "dev"],
    ["--profile", "", "corp", {}, "corp"],
    ["base", `base = "corp"`, undefined, {}, "corp"],
    ["AWS_PROFILE", "", undefined, { AWS_PROFILE: "corp" }, "corp"],
    ["keys of the environment", "", undefined, { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s" }, "environment"],
    ["half of the keys are none", "", undefined, { AWS_ACCESS_KEY_ID: "a" }, "default"],
    ["the default profile", "", undefined, {}, "default"],
  ])("%s", async (_title, config, option, env, name) => {
    using files = scratchAws({ config: PROFILES });
    files.file(CONFIG, config);
    for (const [variable, value] of Object.entries(env)) files.set(variable, value);
    expect((await catalog(files, option).resolveDefault()).name).toBe(name);
  });
});

test.each([
  ["AWS_REGION", "AWS_REGION"],
  ["AWS_DEFAULT_REGION", "AWS_DEFAULT_REGION"],
])("region by %s", async (_title, variable) => {
  using files = scratchAws({ config: "[profile corp]\ncredential_process = x\n" });
  files.set(variable, "us-east-1");
  expect((await catalog(files).resolve("corp")).region).toBe("us-east-1");
});

describe("files that change", () => {
  test("profiles are read at each name", async () => {
    using files = scratchAws({ config: PROFILES });
    const names = catalog(files);
    await failureOf(() => names.resolve("new"));
    files.file(".aws/config", "[profile new]\nregion = c\n");
    expect((await names.resolve("new")).region).toBe("c");
  });

  test("the config is read when it is told to", async () => {
    using files = scratchAws({ config: PROFILES });
    const names = catalog(files);
    files.file(CONFIG, `[roles.dev]\nrole_arn = "${ARN}"\n`);
    expect((await failureOf(() => names.resolve("dev"))).exit).toBe(2);
    expect(names.reload()).toBeUndefined();
    expect((await names.resolve("dev")).steps.length).toBe(1);
  });

  test("a broken one keeps the old one, and says why", async () => {
    using files = scratchAws({ config: PROFILES });
    const file = files.file(CONFIG, `[roles.dev]\nrole_arn = "${ARN}"\n`);
    const names = catalog(files);
    files.file(CONFIG, "[roles.dev]\nrole_anr = 1\n");
    expect(names.reload()).toBe(`kept the old configuration: ${file}:2: unknown key "roles.dev.role_anr"`);
    expect((await names.resolve("dev")).name).toBe("dev");
  });

  test("a broken one at the start is an error", async () => {
    using files = scratchAws();
    files.file(CONFIG, "nonsense = 1\n");
    expect((await failureOf(() => catalog(files))).exit).toBe(2);
  });
});
