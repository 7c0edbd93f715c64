// `exec` under a shell with job control, at a real terminal: keys, signals and exit codes are those of the command, just
// as without metacred in front of it.
import { expect, test } from "bun:test";
import { type TestTerminal, openTerminal } from "../support/terminal.ts";
import { untilTrue } from "../support/until.ts";
import { type World, freePort, testWorld } from "../support/world.ts";

const CTRL_C = "\u0003";
const CTRL_Z = "\u001A";
const CTRL_BACKSLASH = "\u001C";

type Shell = TestTerminal & {
  /** Types a line; resolves with `$?` after it. `keys` are pressed once their text is shown. */
  run(line: string, ...keys: readonly (readonly [shown: string, key: string])[]): Promise<string>;
};

async function shell(world: World): Promise<Shell> {
  const env = { ...world.env, PS1: "$ ", METACRED: world.binary };
  const terminal = openTerminal(["bash", "--norc", "--noprofile", "-i"], env, world.folder);
  terminal.type(`echo rea""dy\n`);
  await terminal.untilShown("ready");
  let lines = 0;
  const stops = () => terminal.screen().split("Stopped").length;
  return {
    ...terminal,
    async run(line, ...keys) {
      const answer = new RegExp(`line ${++lines} gave (\\d+)\r?\n`);
      terminal.type(`${line}\n`);
      for (const [shown, key] of keys) {
        await terminal.untilShown(shown);
        const stopsBefore = stops();
        terminal.type(key);
        // What is typed before it stands still would be read by it.
        if (key === CTRL_Z) await untilTrue("the shell says that it stopped", () => stops() > stopsBefore);
      }
      terminal.type(`echo "line "${lines}" gave $?"\n`);
      await untilTrue(`"${line}" has ended`, () => answer.test(terminal.screen()));
      return answer.exec(terminal.screen())?.[1] ?? "";
    },
  };
}

// RUN stands for what comes before a command. Keys are pressed when what the command itself says is shown: the words
// are put together by it, so that they are not yet in the line that is typed.
const LINES: readonly [what: string, line: string, keys: readonly (readonly [string, string])[]][] = [
  ["exit code", "RUN bash -c 'exit 7'", []],
  ["killed by TERM", "RUN bash -c 'kill -TERM $$'", []],
  ["killed by KILL", "RUN bash -c 'kill -KILL $$'", []],
  ["Ctrl-C", `RUN sh -c 'echo "one "goes; exec sleep 100'`, [["one goes", CTRL_C]]],
  [
    "Ctrl-C that is caught",
    `RUN sh -c 'trap "exit 5" INT; echo "two "goes; while :; do sleep 0.1; done'`,
    [["two goes", CTRL_C]],
  ],
  ["Ctrl-\\", `ulimit -c 0; RUN sh -c 'echo "three "goes; exec sleep 100'`, [["three goes", CTRL_BACKSLASH]]],
  ["Ctrl-Z", `RUN sh -c 'echo "four "goes; read line; echo "read $line"; exit 3'`, [["four goes", CTRL_Z]]],
  ["fg, and the terminal is its own again", "fg", [["four", "a word\n"]]],
  ["in the background, ended by its job", "RUN sleep 100 & kill %%; wait %%", []],
  ["stopped, then ended as a job", `RUN sh -c 'echo "five "goes; exec sleep 100'`, [["five goes", CTRL_Z]]],
  ["", "kill %%; fg", []],
  ["a pipe that is closed", "RUN yes | head -n 1; (exit ${PIPESTATUS[0]})", []],
];

async function codesOf(world: World, prefix: string): Promise<{ codes: [string, string][]; screen: string }> {
  await using it = await shell(world);
  const codes: [string, string][] = [];
  for (const [what, line, keys] of LINES) codes.push([what, await it.run(line.replace("RUN", prefix), ...keys)]);
  return { codes, screen: it.screen() };
}

test("every key and signal ends as without metacred", async () => {
  await using world = await testWorld();
  await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev", "--port", String(freePort())]);
  const [plain, metacred, keys] = await Promise.all([
    codesOf(world, "command"),
    codesOf(world, `"$METACRED" exec --role prod-readonly --`),
    codesOf(world, `"$METACRED" exec --env --`),
  ]);
  expect(plain.codes.map(([, code]) => code)).toEqual([
    "7",
    "143",
    "137",
    "130",
    "5",
    "131",
    "148",
    "3",
    "143",
    "148",
    "143",
    "141",
  ]);
  expect([metacred.codes, keys.codes]).toEqual([plain.codes, plain.codes]);
  expect(metacred.screen).toContain("read a word");
  expect(metacred.screen).toMatch(/\[1\]\+ +Stopped/);
}, 60_000);

test("Ctrl-C while the role is still being got", async () => {
  await using world = await testWorld();
  await world.aws({ do: "hold", action: "AssumeRole" });
  await using it = await shell(world);
  it.type(`"$METACRED" exec --role dev -- echo never\n`);
  await world.aws({ do: "untilCalled", action: "AssumeRole", times: 1 });
  it.type(`${CTRL_C}echo "code $?"\n`);
  await it.untilShown("code 130");
});
