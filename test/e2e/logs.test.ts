import { appendFileSync, renameSync } from "node:fs";
import { expect, test } from "bun:test";
import { requireTools } from "../support/require-tools.ts";
import { openTerminal } from "../support/terminal.ts";
import { CONFIG, freePort, testWorld } from "../support/world.ts";

const LOG = "home/.local/state/metacred/metacred.log";

test("the whole log on stdout; a reader that goes early is no failure", async () => {
  await using world = await testWorld();
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}\n`).join("");
  world.file(LOG, lines);
  expect(await world.metacred(["logs"])).toEqual({ stdout: lines, stderr: "", exitCode: 0 });
  expect(await world.run(["sh", "-c", `"${world.binary}" logs | head -1; :`])).toEqual({
    stdout: "line 0\n",
    stderr: "",
    exitCode: 0,
  });
});

test("before the first daemon", async () => {
  await using world = await testWorld();
  const { stdout, stderr, exitCode } = await world.metacred(["logs"]);
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
  expect(stderr).toMatch(
    /^metacred: there is no log yet at .*\/metacred\.log\n {2}try: metacred serve --background\n$/,
  );
});

test("--follow: the last ten lines, then each new one, through a rotation, until Ctrl-C", async () => {
  await using world = await testWorld();
  const file = world.file(LOG, Array.from({ length: 30 }, (_, index) => `old ${index};\n`).join(""));
  await using terminal = openTerminal([world.binary, "logs", "--follow"], world.env, world.folder);
  await terminal.untilShown("old 29;");
  expect([...terminal.screen().matchAll(/old \d+;/g)].map(String)).toEqual(
    Array.from({ length: 10 }, (_, index) => `old ${index + 20};`),
  );
  appendFileSync(file, "new 1;\n");
  await terminal.untilShown("new 1;");
  appendFileSync(file, "new 2;\n");
  renameSync(file, `${file}.1`);
  world.file(LOG, "new 3;\n");
  await terminal.untilShown("new 3;");
  expect([...terminal.screen().matchAll(/new \d;/g)].map(String)).toEqual(["new 1;", "new 2;", "new 3;"]);
  terminal.type("\u0003");
  await terminal.exited;
});

test.skipIf(!requireTools(["bash"]))(
  "--follow of logs and who ends with its reader, though nothing comes any more",
  async () => {
    await using world = await testWorld();
    await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev", "--port", `${freePort()}`]);
    const codes = 'echo "${PIPESTATUS[@]}"';
    const script = `"$1" logs --follow | grep -m1 -o 'got credentials'; ${codes}; "$1" env >/dev/null
    "$1" who --follow | grep -m1 -o 'dev by env'; ${codes}; "$1" who --follow --json | head -n 1 >/dev/null; ${codes}`;
    const { stdout, stderr } = await world.run(["timeout", "20", "bash", "-c", script, "bash", world.binary]);
    expect([stdout, stderr]).toEqual(["got credentials\n0 0\ndev by env\n0 0\n0 0\n", ""]);
  },
);

type Line = { time: string; level: string; message: string };

test.each<[string, string[]]>([
  ["info", ["info", "warn"]],
  ["warn", ["warn"]],
  ["error", []],
])("[log] level = %s, as JSON lines", async (level, wanted) => {
  await using world = await testWorld({ config: `${CONFIG}[log]\nlevel = "${level}"\nformat = "json"\n` });
  const start = ["serve", "--no-redirect", "--background", "--role", "dev", "--port", `${freePort()}`];
  expect(await world.metacred(start)).toMatchObject({ exitCode: 0 });
  // A warning for the role that is refused, news of the other.
  await world.metacred(["use", "forbidden"]);
  await world.metacred(["use", "prod-readonly"]);
  await world.metacred(["stop"]);
  const { stdout } = await world.metacred(["logs"]);
  const lines = stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
  for (const { time } of lines) expect(new Date(time).toISOString()).toBe(time);
  expect([...new Set(lines.map((line) => line.level))].toSorted()).toEqual(wanted);
});

test('[log] to = "stderr" in the foreground, without a file; a wrong word is said with its line', async () => {
  await using world = await testWorld({ config: `${CONFIG}[log]\nto = "stderr"\n` });
  const start = ["serve", "--no-redirect", "--role", "dev", "--port", `${freePort()}`];
  await using terminal = openTerminal([world.binary, ...start], world.env, world.folder);
  await terminal.untilShown("serving dev");
  expect(terminal.screen()).toContain(" info ");
  terminal.type("\u0003");
  expect(await terminal.exited).toBe(0);
  expect((await world.metacred(["logs"])).stderr).toContain("there is no log yet");
  const config = world.file("config.toml", `${CONFIG}[log]\nto = "jornal"\n`);
  const { stderr, exitCode } = await world.metacred(start);
  expect({ stderr, exitCode }).toEqual({
    stderr: `metacred: ${config}:${CONFIG.split("\n").length + 1}: "log.to" must be "file", "stderr" or "syslog", not "jornal"\n  try: correct it in ${config}\n`,
    exitCode: 2,
  });
});
