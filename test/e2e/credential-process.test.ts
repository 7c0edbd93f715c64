// Vectors P of the protocol notes: `credential_process`, to the letter, of the program as it is run by SDKs.
import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { requireTools } from "../support/require-tools.ts";
import { freePort, testWorld, type World } from "../support/world.ts";

const COMMAND = ["credential-process", "--role", "prod-readonly"];

async function worldWith(daemon: boolean): Promise<World> {
  const world = await testWorld();
  if (daemon) {
    await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev", "--port", String(freePort())]);
    // Warm, as it is from the second time on.
    await world.metacred(COMMAND);
  }
  return world;
}

describe.each([
  ["with a daemon", true],
  ["without one", false],
])("%s", (_, daemon) => {
  test("P1, P4: one JSON object, Version the number 1, nothing on stderr, an expiry that is far enough and ends in Z", async () => {
    await using world = await worldWith(daemon);
    const { stdout, stderr, exitCode } = await world.metacred(COMMAND);
    expect([exitCode, stderr, stdout.indexOf("\n")]).toEqual([0, "", stdout.length - 1]);
    const document = JSON.parse(stdout) as Record<string, unknown>;
    expect(document).toEqual({
      Version: 1,
      AccessKeyId: expect.stringMatching(/^ASIA/),
      SecretAccessKey: expect.any(String),
      SessionToken: expect.any(String),
      Expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      AccountId: "222233334444",
    });
    expect(Date.parse(String(document["Expiration"]))).toBeGreaterThan(Date.now() + 10 * 60_000);
  });

  test("P2: a failure is an exit code, words on stderr, nothing on stdout", async () => {
    await using world = await worldWith(daemon);
    for (const [role, code] of [
      ["forbidden", 6],
      ["nobody", 2],
    ] as const) {
      const { stdout, stderr, exitCode } = await world.metacred(["credential-process", "--role", role]);
      expect([role, exitCode, stdout, stderr.split("\n").length]).toEqual([role, code, "", 3]);
    }
  });

  test("P3: without a terminal and with standard input closed, in less than a second", async () => {
    await using world = await worldWith(daemon);
    const startedMs = performance.now();
    const { stdout, stderr, exitCode } = await world.run([
      "setsid",
      "--wait",
      "sh",
      "-c",
      `exec '${world.binary}' ${COMMAND.join(" ")} <&-`,
    ]);
    expect([exitCode, stderr, stdout.startsWith('{"Version":1,')]).toEqual([0, "", true]);
    if (daemon) expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});

describe.skipIf(!requireTools(["python3"]))("a path", () => {
  test("P5: a path with blanks survives a shell, and botocore's splitting", async () => {
    await using world = await worldWith(false);
    const blank = `${world.folder}/a b`;
    world.file("a b/readme", "");
    symlinkSync(world.binary, `${blank}/metacred`);
    const line = `"${blank}/metacred" ${COMMAND.join(" ")}`;
    const split = "import shlex,subprocess,sys; sys.exit(subprocess.call(shlex.split(sys.argv[1])))";
    for (const argv of [
      ["sh", "-c", line],
      ["python3", "-c", split, line],
    ]) {
      const { stdout, stderr, exitCode } = await world.run(argv);
      expect([argv[0], exitCode, stderr, JSON.parse(stdout).Version]).toEqual([argv[0], 0, "", 1]);
    }
  });
});
