// `status --watch` at a real terminal.
import { expect, test } from "bun:test";
import { frameOf } from "../../src/terminal/watch-status.ts";
import { openTerminal } from "../support/terminal.ts";
import { CONFIG, type World, freePort, testWorld } from "../support/world.ts";

async function watching(): Promise<{ world: World; terminal: ReturnType<typeof openTerminal> }> {
  const world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n` });
  await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev"]);
  return { world, terminal: openTerminal([world.binary, "status", "--watch"], world.env, world.folder) };
}

test("follows a switch; q ends it", async () => {
  const it = await watching();
  await using world = it.world;
  await using terminal = it.terminal;
  await terminal.untilShown("role             dev");
  await terminal.untilShown("[###");
  await world.metacred(["use", "prod-readonly"]);
  await terminal.untilShown("role             prod-readonly");
  terminal.type("q");
  expect(await terminal.exited).toBe(0);
});

test("Ctrl-C ends it; a daemon that ends is said", async () => {
  const it = await watching();
  await using world = it.world;
  await using terminal = it.terminal;
  await terminal.untilShown("role             dev");
  await using second = openTerminal([world.binary, "status", "--watch"], world.env, world.folder);
  await second.untilShown("role             dev");
  terminal.type("\u0003");
  expect(await terminal.exited).toBe(0);
  await world.metacred(["stop"]);
  expect(await second.exited).toBe(3);
  expect(second.screen()).toContain("metacred is not running");
});

test("without a terminal", async () => {
  await using world = await testWorld();
  expect(await world.metacred(["status", "--watch"])).toEqual({
    stdout: "",
    stderr: "metacred: status --watch needs a terminal\n  try: metacred status\n",
    exitCode: 2,
  });
});

test.each([
  [["--watch", "--json"], "--watch and --json", "metacred status --json"],
  [["--check", "--watch"], "--watch and --check", "metacred status --check"],
  [["--watch", "--format", "{role}"], "--watch and --format", "metacred status --format"],
  [["--json", "--format", "{role}"], "--format and --json", "metacred status --json"],
])("%j: not both", async (words, flags, hint) => {
  await using world = await testWorld();
  const stderr = `metacred: "metacred status" cannot do ${flags} together\n  try: ${hint}\n`;
  expect(await world.metacred(["status", ...words])).toEqual({ stdout: "", stderr, exitCode: 2 });
});

test("a frame is never wider or higher than the terminal", () => {
  expect(frameOf("abcdef\nghijkl\nmnopqr\n", { columns: 4, rows: 3 })).toBe("abc\u001B[K\r\nghi\u001B[K\r\n\u001B[J");
});
