// Terminals that can do little: a dumb one, a narrow one, one without colours. Nothing but plain text comes, and where a
// list or a live view must be drawn it keeps to its width, or says why it does not begin.
import { expect, test } from "bun:test";
import { openTerminal } from "../support/terminal.ts";
import { CONFIG, type World, freePort, testWorld } from "../support/world.ts";

const NARROW = { cols: 40, rows: 10 };
const ESCAPE = "\u001B";

async function served(): Promise<World> {
  const world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n[secrets]\nstore = "file"\n` });
  const { stderr, exitCode } = await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev"]);
  expect({ stderr, exitCode }).toMatchObject({ exitCode: 0 });
  return world;
}

test.each([
  ["dumb", { TERM: "dumb" }],
  ["NO_COLOR", { TERM: "xterm-256color", NO_COLOR: "1" }],
  ["any", { TERM: "xterm-256color" }],
])("%s: what is only printed is plain text", async (_title, how) => {
  await using world = await served();
  for (const line of [
    "--help",
    "use --help",
    "use prod-readonly",
    "status",
    "roles",
    "who",
    "doctor",
    "logs",
    "keys list",
    "net status",
    "net plan",
    "service status",
    "env",
    "credential-process",
    "init --print",
    "nonsense",
    "stop",
  ]) {
    await using terminal = openTerminal(
      [world.binary, ...line.split(" ")],
      { ...world.env, ...how },
      world.folder,
      NARROW,
    );
    await terminal.exited;
    expect([line, terminal.screen().includes(ESCAPE), terminal.screen().includes("unexpected")]).toEqual([
      line,
      false,
      false,
    ]);
  }
});

test("dumb: what would have to be drawn says what to type instead", async () => {
  await using world = await served();
  for (const [words, said] of [
    [["use"], "metacred roles, then metacred use ROLE"],
    [["status", "--watch"], "try: metacred status"],
  ] as const) {
    await using terminal = openTerminal([world.binary, ...words], { ...world.env, TERM: "dumb" }, world.folder);
    expect(await terminal.exited).toBe(2);
    expect(terminal.screen()).toContain(said);
    expect(terminal.screen()).not.toContain(ESCAPE);
  }
});

test("40 columns, NO_COLOR: the live view is never wider, and has no colours", async () => {
  await using world = await served();
  const env = { ...world.env, TERM: "xterm", NO_COLOR: "1" };
  await using terminal = openTerminal([world.binary, "status", "--watch"], env, world.folder, NARROW);
  await terminal.untilShown("role             dev");
  terminal.type("q");
  expect(await terminal.exited).toBe(0);
  expect(
    terminal
      .screen()
      .split(`${ESCAPE}[`)
      .filter((rest) => /^\d*m/.test(rest)),
  ).toEqual([]);
  const lines = Bun.stripANSI(terminal.screen()).split("\r\n");
  expect(lines.filter((line) => Bun.stringWidth(line.replaceAll("\r", "")) > NARROW.cols)).toEqual([]);
});
