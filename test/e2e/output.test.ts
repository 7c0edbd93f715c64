// Readers that go early, disks that are full, words that are misspelt: what was done stays done, what failed is said.
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { enterMounts, scriptWithPrivateMounts } from "../support/private-mounts.ts";
import { lineReader } from "../support/line-reader.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { CONFIG, type World, freePort, testWorld } from "../support/world.ts";

async function served(): Promise<World> {
  const world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n` });
  expect((await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev"])).exitCode).toBe(0);
  return world;
}
const shell = (world: World, line: string) =>
  world.run(["bash", "-c", `metacred() { '${world.binary}' "$@"; }; ${line}`]);

describe("stdout", () => {
  test("on a full disk: an error in words, for every command that prints data", async () => {
    await using world = await served();
    for (const command of [
      "status",
      "status --json",
      "roles",
      "logs",
      "init --print",
      "completions bash",
      "--version",
    ]) {
      expect(await shell(world, `metacred ${command} > /dev/full`)).toEqual({
        stdout: "",
        stderr: expect.stringMatching(/^metacred: the output could not be written: .*ENOSPC.*\n {2}try: df -h\n$/),
        exitCode: 1,
      });
    }
  });

  test("closed early: no failure and no word", async () => {
    await using world = await served();
    for (const command of ["status", "roles", "logs", "init --print"]) {
      const { stderr, stdout } = await shell(world, `metacred ${command} | head -c1; echo " \${PIPESTATUS[0]}"`);
      expect([stderr, stdout.slice(1)]).toEqual(["", " 0\n"]);
    }
  });
});

test("use with nowhere to say so has switched all the same", async () => {
  await using world = await served();
  expect((await shell(world, "metacred use prod-readonly 2> /dev/full")).exitCode).toBe(0);
  expect((await world.metacred(["status", "--format", "{role}"])).stdout).toBe("prod-readonly\n");
});

test.each([
  [["use", "dve"], "metacred use dev"],
  [["use", "dev", "--fro", "30m"], "metacred use --for"],
  [["logs", "--folow"], "metacred logs --follow"],
  [["status", "--wacth"], "metacred status --watch"],
  [["lgos"], "metacred logs"],
  [["inti"], "metacred init"],
])("%j: the nearest right word", async (words, hint) => {
  await using world = await served();
  const { stdout, stderr, exitCode } = await world.metacred(words);
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
  expect(stderr).toEndWith(`\n  try: ${hint}\n`);
});

const FULL = String.raw`
set -eu
mount -t tmpfs -o size=16k tmpfs "$1"
dd if=/dev/zero of="$1/filler" bs=4k 2>/dev/null || :
echo full
exec sleep infinity
`;

describe.skipIf(!canUseNetns(["unshare", "nsenter"]))("a full disk for state and log", () => {
  test("a switch for a time works; only a restart will not know of it", async () => {
    await using ns = await netns();
    const folder = mkdtempSync(join(tmpdir(), "metacred-full-"));
    using _folder = { [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
    const holder = ns.spawn(scriptWithPrivateMounts(FULL, [folder]));
    expect(await lineReader(holder.stdout)()).toBe("full");
    await using world = await testWorld({
      enter: enterMounts(holder.pid),
      config: `${CONFIG}[imds]\nport = ${freePort()}\n`,
    });
    world.env["XDG_STATE_HOME"] = folder;
    expect((await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev"])).exitCode).toBe(0);
    expect((await world.metacred(["use", "prod-readonly", "--for", "1h"])).exitCode).toBe(0);
    const { stdout } = await world.metacred(["status"]);
    expect(stdout).toMatch(/^role +prod-readonly\nback to +dev in \d+m\n/);
  });
});
