// Readers that go early, disks that are full, words that are misspelt: what was done stays done, what failed is said.
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli.ts";
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

const O_NONBLOCK = 0o4000;

// Else `{ metacred status; terraform plan; } | tee log` breaks off in the middle of the plan.
describe("a pipe that others use as well is as it was, behind", () => {
  const flagsAfter = async (world: World, command: string) => {
    const flags = 'for fd in 0 1 2; do grep flags "/proc/$BASHPID/fdinfo/$fd"; done';
    const { stdout } = await shell(world, `sleep 0.01 | { ${command}; ${flags}; } 2>&1 | cat`);
    return [...stdout.matchAll(/^flags:\s+([0-7]+)$/gm)].map(([, octal]) => Number.parseInt(octal ?? "", 8));
  };

  test("each command that is run and ends", async () => {
    await using world = await served();
    const commands = Object.keys(COMMANDS).filter((name) => !["serve", "demo", "stop"].includes(name));
    const lines = [...commands, "--version", "--help", "bogus", "use dev", "status --format {role}", "completions zsh"];
    const others = ["exec -- true", "exec -- nothing-there", "roles --json", "net plan", "keys add ci --stdin", "stop"];
    for (const line of [...lines, ...others]) {
      const flags = await flagsAfter(world, `metacred ${line}`);
      expect([line, flags.length, ...flags.map((bits) => bits & O_NONBLOCK)]).toEqual([line, 3, 0, 0, 0]);
    }
  });

  test("serve in the foreground and in the background", async () => {
    await using world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n` });
    const serve = "metacred serve --no-redirect --role dev";
    const stopped = "until metacred stop; do kill -0 $! || break; done; wait";
    for (const command of [`${serve} & ${stopped}`, `${serve} --background; metacred stop`]) {
      const flags = await flagsAfter(world, command);
      expect([command, flags.length, ...flags.map((bits) => bits & O_NONBLOCK)]).toEqual([command, 3, 0, 0, 0]);
    }
  });
});

test("use with nowhere to say so has switched all the same", async () => {
  await using world = await served();
  expect((await shell(world, "metacred use prod-readonly 2> /dev/full")).exitCode).toBe(0);
  expect((await world.metacred(["status", "--format", "{role}"])).stdout).toBe("prod-readonly\n");
});

test.each([
  [["use", "dve"], 'did you mean "dev"?'],
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
    expect(stdout).toMatch(/^role +prod-readonly\nback to +dev in 1h 0m\n/);
  });
});
