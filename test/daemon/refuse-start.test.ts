import { describe, expect, test } from "bun:test";
import { refuseSudo, refuseTwin } from "../../src/daemon/refuse-start.ts";
import { failureOf } from "../support/failure.ts";
import { sampleStatus } from "../support/sample-status.ts";

describe("root by sudo", () => {
  test("is refused, with the way to do it", async () => {
    expect(await failureOf(() => refuseSudo({ uid: 0, env: { SUDO_UID: "1000" } }))).toEqual({
      message: "metacred does not run as root on your behalf: it asks for sudo itself, for one short script",
      hint: "metacred serve, without sudo",
      exit: 2,
    });
  });

  test.each<[string, number, Record<string, string>]>([
    ["a user", 1000, {}],
    ["a user that root became by sudo", 1000, { SUDO_UID: "0" }],
    ["root itself, as in a container", 0, {}],
    ["root that became root by sudo", 0, { SUDO_UID: "0" }],
  ])("%s is not", (_title, uid, env) => {
    expect(() => refuseSudo({ uid, env })).not.toThrow();
  });
});

describe("a daemon that runs already", () => {
  test("none", () => {
    expect(refuseTwin(undefined)).toBeUndefined();
  });

  // From source this program is 0.0.0-dev.
  test("an older one is replaced", () => {
    const older = sampleStatus({ version: "0.0.0-aaa" });
    expect(refuseTwin(older)).toBe(older);
  });

  test.each([
    ["0.0.0-dev", sampleStatus(), "serving dev"],
    ["0.0.1", sampleStatus({ version: "0.0.1", role: null }), "serving no role"],
  ])("%s stays", async (version, running, serving) => {
    expect(await failureOf(() => refuseTwin(running))).toEqual({
      message: `metacred ${version} is running already (pid 4711), ${serving}`,
      hint: "metacred use ROLE, or metacred stop",
      exit: 1,
    });
  });
});
