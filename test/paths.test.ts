import { expect, test } from "bun:test";
import { type Environment, resolvePaths } from "../src/paths.ts";

const resolve = (env: Environment, platform: NodeJS.Platform = "linux", option?: string) =>
  resolvePaths({ env, platform, home: "/home/ann" }, option);

test("Linux without XDG variables", () => {
  expect(resolve({})).toEqual({
    configFile: "/home/ann/.config/metacred/config.toml",
    configNamed: false,
    stateDir: "/home/ann/.local/state/metacred",
    runtimeDir: "/home/ann/.local/state/metacred",
    socketFile: "/home/ann/.local/state/metacred/control.sock",
    lockFile: "/home/ann/.local/state/metacred/serve.lock",
    logFile: "/home/ann/.local/state/metacred/metacred.log",
    stateFile: "/home/ann/.local/state/metacred/state.json",
    pairNamesFile: "/home/ann/.local/state/metacred/sso-pairs",
  });
});

test.each<[Environment, string]>([
  [{}, "/run/user/7/metacred"],
  [{ XDG_RUNTIME_DIR: "relative" }, "/run/user/7/metacred"],
  [{ XDG_RUNTIME_DIR: "/r" }, "/r/metacred"],
])("the runtime folder of the login, where %j tells none", (env, runtimeDir) => {
  const paths = resolvePaths({ env, platform: "linux", home: "/home/ann", loginRuntime: "/run/user/7" });
  expect(paths).toMatchObject({ runtimeDir, stateDir: "/home/ann/.local/state/metacred" });
});

const XDG = { XDG_CONFIG_HOME: "/c", XDG_STATE_HOME: "/s/", XDG_RUNTIME_DIR: "/run/user/1000" };

test.each<NodeJS.Platform>(["linux", "darwin"])("XDG variables on %s", (platform) => {
  expect(resolve(XDG, platform)).toEqual({
    configFile: "/c/metacred/config.toml",
    configNamed: false,
    stateDir: "/s/metacred",
    runtimeDir: "/run/user/1000/metacred",
    socketFile: "/run/user/1000/metacred/control.sock",
    lockFile: "/run/user/1000/metacred/serve.lock",
    logFile: "/s/metacred/metacred.log",
    stateFile: "/s/metacred/state.json",
    pairNamesFile: "/s/metacred/sso-pairs",
  });
});

test("macOS without XDG variables", () => {
  const library = "/home/ann/Library/Application Support/metacred";
  expect(resolve({}, "darwin")).toMatchObject({
    configFile: `${library}/config.toml`,
    stateDir: library,
    runtimeDir: library,
  });
});

// XDG Base Directory Specification: a relative path is invalid and must be ignored.
test("relative XDG variables count for nothing", () => {
  const relative = { XDG_CONFIG_HOME: "c", XDG_STATE_HOME: "./s", XDG_RUNTIME_DIR: "" };
  expect(resolve(relative)).toEqual(resolve({}));
});

test.each<[string, Environment, string | undefined, string, boolean]>([
  ["--config", { METACRED_CONFIG: "/e.toml" }, "o.toml", "o.toml", true],
  ["METACRED_CONFIG", { METACRED_CONFIG: "/e.toml", ...XDG }, undefined, "/e.toml", true],
  ["an empty METACRED_CONFIG", { METACRED_CONFIG: "" }, undefined, "/home/ann/.config/metacred/config.toml", false],
])("configuration by %s", (_title, env, option, configFile, configNamed) => {
  expect(resolve(env, "linux", option)).toMatchObject({ configFile, configNamed });
});
