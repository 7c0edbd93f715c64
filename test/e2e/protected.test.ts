// Protected roles, switches for a time and the list, with the compiled program, at a real terminal where one is needed.
import { describe, expect, test } from "bun:test";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { fakeDesktop } from "../support/fake-desktop.ts";
import { openTerminal } from "../support/terminal.ts";
import { untilTrue } from "../support/until.ts";
import { type World, freePort, testWorld } from "../support/world.ts";

const CONFIG = `base = "corp"
default_role = "dev"
[roles.dev]
role_arn = "${DEMO_ROLES.developer}"
[roles.prod]
role_arn = "${DEMO_ROLES.readOnly}"
protected = true
revert_after = "20m"
`;
const REFUSED = 'metacred: "prod" is protected: a person has to agree to it\n  try: metacred use prod --yes\n';
const FOLLOW = "  new programs get it now, running ones when they next refresh, mostly within 16 minutes\n";

async function served(config = CONFIG): Promise<World> {
  const world = await testWorld({ config: `${config}[imds]\nport = ${freePort()}\n` });
  const { exitCode, stderr } = await world.metacred(["serve", "--no-redirect", "--background"]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return world;
}

// A fast machine still sees the first millisecond of a whole minute.
const rounded = (text: string) => text.replace("1h 0m left", "59m left");

type Shown = {
  role: { name: string; protected: boolean } | null;
  temporary: { until: string; back_to: string } | null;
};
const statusOf = async (world: World) => JSON.parse((await world.metacred(["status", "--json"])).stdout) as Shown;
const terminalOf = (world: World, ...words: string[]) =>
  openTerminal([world.binary, ...words], world.env, world.folder);

describe("without a terminal", () => {
  test("every way to a protected role is refused, by each of its names", async () => {
    await using world = await served();
    for (const name of ["prod", DEMO_ROLES.readOnly, "222233334444/ReadOnly", "ReadOnly@222233334444"]) {
      expect(await world.metacred(["use", name])).toEqual({ stdout: "", stderr: REFUSED, exitCode: 2 });
      for (const words of [["credential-process"], ["env"], ["exec", "--role", name, "--", "true"]]) {
        const argv = words[0] === "exec" ? words : [...words, "--role", name];
        expect(await world.metacred(argv)).toEqual({ stdout: "", stderr: REFUSED, exitCode: 2 });
      }
    }
    expect((await statusOf(world)).role?.name).toBe("dev");
  });

  test("--yes agrees; what was agreed to is there for credential-process, and is not restored by a restart", async () => {
    await using world = await served();
    const { stdout, stderr, exitCode } = await world.metacred(["use", "prod", "--yes"]);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 0 });
    expect(rounded(stderr)).toBe(`prod: ${DEMO_ROLES.readOnly}, 59m left\n${FOLLOW}  back to dev by itself in 20m\n`);
    expect(await statusOf(world)).toMatchObject({
      role: { name: "prod", protected: true },
      temporary: { back_to: "dev" },
    });
    expect((await world.metacred(["credential-process", "--role", "prod"])).exitCode).toBe(0);
    await world.metacred(["stop"]);
    await world.metacred(["serve", "--no-redirect", "--background"]);
    expect(await statusOf(world)).toMatchObject({ role: { name: "dev", protected: false }, temporary: null });
  });

  test("use - asks for what it goes back to", async () => {
    await using world = await served();
    await world.metacred(["use", "prod", "--yes"]);
    await world.metacred(["use", "dev"]);
    expect(await world.metacred(["use", "-"])).toEqual({ stdout: "", stderr: REFUSED, exitCode: 2 });
    expect((await statusOf(world)).role?.name).toBe("dev");
  });

  test("neither serve nor credential-process without a daemon gives it", async () => {
    await using world = await testWorld({ config: CONFIG });
    expect(await world.metacred(["serve", "--no-redirect", "--background", "--role", "prod"])).toMatchObject({
      stderr: REFUSED,
      exitCode: 2,
    });
    expect(await world.metacred(["credential-process", "--role", "prod"])).toMatchObject({
      stderr: REFUSED,
      exitCode: 2,
    });
  });
});

describe("for a time", () => {
  test("says when it goes back, and a restart goes on with it", async () => {
    await using world = await served(
      CONFIG.replace("protected = true", "protected = false").replace(/revert_after.*\n/, ""),
    );
    const { stderr, exitCode } = await world.metacred(["use", "prod", "--for", "30m"]);
    expect({ stderr: rounded(stderr), exitCode }).toEqual({
      stderr: `prod: ${DEMO_ROLES.readOnly}, 59m left\n${FOLLOW}  back to dev by itself in 30m\n`,
      exitCode: 0,
    });
    const before = await statusOf(world);
    process.kill(await world.daemonPid(), "SIGKILL");
    await world.metacred(["serve", "--no-redirect", "--background"]);
    expect(await statusOf(world)).toMatchObject({ role: { name: "prod" }, temporary: before.temporary });
  });

  test("a protected role that is about to end is said on the desktop, two minutes ahead, with what to type", async () => {
    const world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n` });
    await using _world = world;
    const { PATH, notices } = fakeDesktop(world.file);
    await world.metacred(["serve", "--no-redirect", "--background"], { env: { PATH } });
    await world.metacred(["use", "prod", "--yes", "--for", "2m1s"]);
    await untilTrue("it is said", () => notices().length > 0);
    expect(notices()).toEqual(["prod ends in 2 minutes, then it is dev again. To keep it, type: metacred use prod"]);
    expect((await statusOf(world)).role?.name).toBe("prod");
  });

  test("is over after its time", async () => {
    await using world = await served();
    await world.metacred(["use", "prod", "--yes", "--for", "1s"]);
    const deadlineMs = performance.now() + 8000;
    while ((await statusOf(world)).role?.name !== "dev" && performance.now() < deadlineMs);
    expect(await statusOf(world)).toMatchObject({ role: { name: "dev" }, temporary: null });
  });

  test.each(["", "0s", "30", "soon", "999h"])("--for %j", async (time) => {
    await using world = await testWorld();
    const { stderr, exitCode } = await world.metacred(["use", "dev", "--for", time]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^metacred: .*\n {2}try: metacred use /);
  });
});

describe("at a terminal", () => {
  test("a protected role asks for its name", async () => {
    await using world = await served();
    await using terminal = terminalOf(world, "use", "prod");
    await terminal.untilShown("prod is protected. Type its name to use it: ");
    terminal.type("prod\n");
    expect(await terminal.exited).toBe(0);
    expect((await statusOf(world)).role?.name).toBe("prod");
  });

  test.each(["y\n", "\n", "\u0004"])("%j is not its name", async (answer) => {
    await using world = await served();
    await using terminal = terminalOf(world, "use", "prod");
    await terminal.untilShown("Type its name");
    terminal.type(answer);
    expect(await terminal.exited).toBe(2);
    expect(terminal.screen()).toContain('that is not "prod": nothing was changed');
    expect((await statusOf(world)).role?.name).toBe("dev");
  });

  test.each(["exec --role prod", "exec --env --role prod"])(
    "%s: asks, and leaves the terminal to the command",
    async (line) => {
      await using world = await served();
      const script =
        'read line; echo "got $line, ${AWS_ACCESS_KEY_ID:+key}${AWS_CONTAINER_CREDENTIALS_FULL_URI:+address}"';
      await using terminal = terminalOf(world, ...line.split(" "), "--", "sh", "-c", script);
      await terminal.untilShown("Type its name");
      terminal.type("prod\n");
      terminal.type("more\n");
      await terminal.untilShown(`got more, ${line.includes("--env") ? "key" : "address"}`);
      expect(await terminal.exited).toBe(0);
      expect((await statusOf(world)).role?.name).toBe("dev");
    },
  );

  test("what exec and env were given ends after revert_after, not with the session", async () => {
    await using world = await served();
    const ask = 'curl -s -H "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" "$AWS_CONTAINER_CREDENTIALS_FULL_URI"';
    const ends: number[] = [];
    for (const words of [
      ["exec", "--role", "prod", "--", "sh", "-c", ask],
      ["env", "--json", "--role", "prod"],
    ]) {
      await using terminal = terminalOf(world, ...words);
      await terminal.untilShown("Type its name");
      terminal.type("prod\n");
      expect(await terminal.exited).toBe(0);
      const [, end = ""] = /EXPIRATION":"([^"]*)|Expiration":"([^"]*)/.exec(terminal.screen())?.filter(Boolean) ?? [];
      ends.push(Math.ceil((Date.parse(end) - Date.now()) / 60_000));
    }
    expect(ends).toEqual([20, 20]);
  });

  test("serve asks, too", async () => {
    await using world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n` });
    await using terminal = terminalOf(world, "serve", "--no-redirect", "--background", "--role", "prod");
    await terminal.untilShown("Type its name");
    terminal.type("prod\n");
    expect(await terminal.exited).toBe(0);
    expect(await statusOf(world)).toMatchObject({ role: { name: "prod" }, temporary: { back_to: "none" } });
  });

  test("use alone: a list, filtered by letters, chosen by Enter", async () => {
    await using world = await served();
    await world.metacred(["use", "corp"]);
    await using terminal = terminalOf(world, "use");
    await terminal.untilShown("3 of 3");
    terminal.type("de");
    await terminal.untilShown("1 of 3");
    terminal.type("\r");
    expect(await terminal.exited).toBe(0);
    expect((await statusOf(world)).role?.name).toBe("dev");
  });

  test("a protected one is marked, and asks", async () => {
    await using world = await served();
    await using terminal = terminalOf(world, "use");
    await terminal.untilShown("prod  222233334444 [protected]");
    terminal.type("prod\r");
    await terminal.untilShown("Type its name");
    terminal.type("prod\n");
    expect(await terminal.exited).toBe(0);
    expect((await statusOf(world)).role?.name).toBe("prod");
  });

  test.each([
    ["Ctrl-C", "\u0003"],
    ["Esc", "\u001B"],
  ])("%s leaves everything as it is", async (_name, key) => {
    await using world = await served();
    await using terminal = terminalOf(world, "use");
    await terminal.untilShown("3 of 3");
    terminal.type(key);
    expect(await terminal.exited).toBe(130);
    expect((await statusOf(world)).role?.name).toBe("dev");
  });

  test("a dumb terminal has no list", async () => {
    await using world = await served();
    await using terminal = openTerminal([world.binary, "use"], { ...world.env, TERM: "dumb" }, world.folder);
    expect(await terminal.exited).toBe(2);
    expect(terminal.screen()).toContain("needs ROLE where no list can be shown");
  });

  test("40 columns: no line is wider; NO_COLOR: no colours", async () => {
    await using world = await served();
    const env = { ...world.env, NO_COLOR: "1" };
    await using terminal = openTerminal([world.binary, "use"], env, world.folder, { cols: 40, rows: 10 });
    await terminal.untilShown("> dev");
    await terminal.untilShown("of 3; type to filter");
    const shown = terminal.screen();
    expect(shown).not.toContain("\u001B[7m");
    const lines = Bun.stripANSI(shown).split("\r\n");
    expect(lines.filter((line) => Bun.stringWidth(line.replaceAll("\r", "")) >= 40)).toEqual([]);
    terminal.type("\u0003");
    expect(await terminal.exited).toBe(130);
    expect(terminal.screen()).toEndWith("\r\u001B[J");
  });

  test("7,000 profiles: the list and each key without delay", async () => {
    const awsConfig = Array.from(
      { length: 7000 },
      (_, index) =>
        `[profile team-${index}]\nrole_arn = arn:aws:iam::111122223333:role/R${index}\nsource_profile = corp\n`,
    ).join("");
    await using world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n`, awsConfig });
    await world.metacred(["serve", "--no-redirect", "--background"]);
    await using terminal = terminalOf(world, "use");
    await terminal.untilShown("7003 of 7003");
    const startedMs = performance.now();
    terminal.type("team-6999");
    await terminal.untilShown("1 of 7003");
    expect(performance.now() - startedMs).toBeLessThan(2000);
    terminal.type("\u0003");
    await terminal.exited;
  });
});
