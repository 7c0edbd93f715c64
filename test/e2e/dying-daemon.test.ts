// A daemon that dies, hangs up or talks nonsense in the middle of a command, and a config that changes meanwhile.
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isStoppedMetacred } from "../../src/daemon/stopped-daemon.ts";
import { requireTools } from "../support/require-tools.ts";
import { openTerminal } from "../support/terminal.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, type World, freePort, testWorld } from "../support/world.ts";

const ASKS_DAEMON: readonly (readonly string[])[] = [
  ["status"],
  ["status", "--json"],
  ["status", "--check"],
  ["use", "dev"],
  ["use", "none"],
  ["stop"],
  ["who"],
  ["who", "--follow"],
  ["net", "up"],
];
/** These go on without it. */
const NEEDS_NONE: readonly (readonly string[])[] = [
  ["credential-process", "--role", "dev"],
  ["env", "--role", "dev"],
  ["exec", "--role", "dev", "--", "true"],
  ["console", "--role", "dev", "--print"],
];

/** What listens in place of a daemon: it answers with these bytes and hangs up, or never says a thing. */
function impostor(world: World, bytes: string | undefined): Disposable {
  const folder = join(world.folder, "run", "metacred");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const listener = Bun.listen({
    unix: join(folder, "control.sock"),
    socket: {
      data(socket) {
        if (bytes === undefined) return;
        socket.write(bytes);
        socket.end();
      },
    },
  });
  return { [Symbol.dispose]: () => listener.stop(true) };
}

const NONSENSE = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"pid": 1';
const EMPTY = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";

test("a daemon that hangs: the hint names every process of metacred's, of this user alone; a prompt waits half as long", async () => {
  await using world = await testWorld();
  using _daemon = impostor(world, undefined);
  const hangs = {
    stdout: "",
    stderr: "metacred: metacred runs, but does not answer\n  try: pkill -9 -x -U $(id -u) metacred\n",
    exitCode: 1,
  };
  const promptBegan = performance.now();
  expect(await world.metacred(["status", "--format", "{role}"])).toEqual(hangs);
  const promptMs = performance.now() - promptBegan;
  const statusBegan = performance.now();
  expect(await world.metacred(["status"])).toEqual(hangs);
  expect(promptMs * 2).toBeLessThan(performance.now() - statusBegan);
});

describe.skipIf(!requireTools([], { platform: "linux" }))("a daemon that is stopped, as by Ctrl-Z", () => {
  test("is told, not killed", async () => {
    await using world = await served();
    const pid = await world.daemonPid();
    expect(readFileSync(`/proc/${pid}/comm`, "utf8")).toBe("metacred\n");
    process.kill(pid, "SIGSTOP");
    try {
      for (const words of [
        ["status"],
        ["status", "--format", "{role}"],
        ["use", "dev"],
        ["env"],
        ["exec", "--", "true"],
      ]) {
        expect([words, await world.metacred(words)]).toEqual([
          words,
          {
            stdout: "",
            stderr: `metacred: metacred is stopped (pid ${pid}), as by Ctrl-Z: it answers nobody\n  try: kill -CONT ${pid}, or bg in its terminal\n`,
            exitCode: 1,
          },
        ]);
      }
    } finally {
      process.kill(pid, "SIGCONT");
    }
    expect((await world.metacred(["status", "--format", "{role}"])).stdout).toBe("dev\n");
  });

  test.each([
    ["31 (metacred) T 1 31", true],
    ["31 (metacred) t 1 31", true],
    ["31 (metacred) S 1 31", false],
    ["31 (bash) T 1 31", false],
    ["31 (a) (metacred) T 1", false],
  ])("%s: %p", (stat, isStopped) => {
    expect(isStoppedMetacred(stat)).toBe(isStopped);
  });
});

test("a daemon whose runtime folder went at the last logout is found again after the next login", async () => {
  await using world = await served();
  const pid = await world.daemonPid();
  rmSync(join(world.folder, "run"), { recursive: true });
  expect((await world.metacred(["status"])).exitCode).toBe(3);
  mkdirSync(join(world.folder, "run"), { mode: 0o700 });
  await untilTrue("it answers again", async () => (await world.metacred(["status"])).exitCode === 0);
  expect(await world.daemonPid()).toBe(pid);
  expect(await world.metacred(["stop"])).toMatchObject({ stderr: "metacred has stopped\n", exitCode: 0 });
});

describe.each([
  ["hangs up", ""],
  ["stops in the middle of its answer", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"],
  ["talks nonsense", NONSENSE],
  ["answers that it failed", EMPTY],
])("a daemon that %s", (_title, bytes) => {
  test("is an error in words, at once", async () => {
    await using world = await testWorld();
    using _daemon = impostor(world, bytes);
    for (const words of ASKS_DAEMON) {
      const { stdout, stderr, exitCode } = await world.metacred(words);
      expect({ words, stdout, stderr, failed: exitCode === 1 || exitCode === 3 }).toEqual({
        words,
        stdout: "",
        stderr: expect.stringMatching(/^metacred: (?!unexpected)[^\n]+\n {2}try: [^\n]+\n$/),
        failed: true,
      });
    }
    expect((await world.metacred(["status", "--format", "{role}{state}"])).stderr).not.toContain("unexpected");
  });
});

test("hangs up: what needs no daemon goes on without it", async () => {
  await using world = await testWorld();
  using _daemon = impostor(world, "");
  for (const words of NEEDS_NONE) expect([words, (await world.metacred(words)).exitCode]).toEqual([words, 0]);
});

async function served(): Promise<World> {
  const world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n` });
  const { stderr, exitCode } = await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev"]);
  expect({ stderr, exitCode }).toMatchObject({ exitCode: 0 });
  return world;
}

test.each([
  [["use", "prod-readonly"]],
  [["exec", "--role", "prod-readonly", "--", "true"]],
  [["env", "--role", "prod-readonly"]],
])("killed while it gets the role: %j", async (words) => {
  await using world = await served();
  await world.aws({ do: "hold", action: "AssumeRole" });
  const asking = world.metacred(words);
  await world.aws({ do: "untilCalled", action: "AssumeRole", times: 2 });
  process.kill(await world.daemonPid(), "SIGKILL");
  await world.aws({ do: "release", action: "AssumeRole" });
  const { stderr, exitCode } = await asking;
  // What needs a daemon says that there is none; the others get it themselves.
  expect([exitCode, stderr]).toEqual(
    words[0] === "use" ? [3, expect.stringMatching(/^metacred: .+\n {2}try: metacred serve --background\n$/)] : [0, ""],
  );
});

test("killed under status --watch: said, and the terminal is as before", async () => {
  await using world = await served();
  await using terminal = openTerminal(
    ["sh", "-c", `'${world.binary}' status --watch; stty -a`],
    world.env,
    world.folder,
  );
  await terminal.untilShown("role             dev");
  process.kill(await world.daemonPid(), "SIGKILL");
  await terminal.untilShown("metacred is not running");
  await terminal.untilShown(" icanon ");
  expect(await terminal.exited).toBe(0);
});

describe("a config that breaks meanwhile", () => {
  test("does not break a switch that is under way, and the next one says so", async () => {
    await using world = await served();
    await world.aws({ do: "hold", action: "AssumeRole" });
    const switching = world.metacred(["use", "prod-readonly"]);
    await world.aws({ do: "untilCalled", action: "AssumeRole", times: 2 });
    world.file("config.toml", "default_role = [");
    await world.aws({ do: "release", action: "AssumeRole" });
    expect(await switching).toMatchObject({ stderr: expect.stringContaining("prod-readonly: arn:"), exitCode: 0 });
    const next = await world.metacred(["use", "dev"]);
    expect(next).toMatchObject({ stderr: expect.stringContaining("kept the old configuration"), exitCode: 0 });
  });

  test.each([
    [["serve", "--no-redirect", "--background", "--role", "dev"]],
    [["credential-process", "--role", "dev"]],
    [["exec", "--role", "dev", "--", "true"]],
  ])("%j ends as it began", async (words) => {
    await using world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n` });
    await world.aws({ do: "hold", action: "AssumeRole" });
    const going = world.metacred(words);
    await world.aws({ do: "untilCalled", action: "AssumeRole", times: 1 });
    world.file("config.toml", "default_role = [");
    await world.aws({ do: "release", action: "AssumeRole" });
    expect((await going).exitCode).toBe(0);
  });

  test("a role that goes from the config goes from the next switch alone", async () => {
    await using world = await served();
    world.file(
      "config.toml",
      readFileSync(join(world.folder, "config.toml"), "utf8").replace("[roles.dev]", "[roles.development]"),
    );
    expect((await world.metacred(["status", "--format", "{role} {state}"])).stdout).toBe("dev serving\n");
    expect(await world.metacred(["use", "dev"])).toMatchObject({ exitCode: 2 });
    await untilTrue("it is still served", async () => {
      const { stdout } = await world.metacred(["status", "--format", "{role} {state}"]);
      return stdout === "dev serving\n";
    });
  });
});
