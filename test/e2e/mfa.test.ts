// A second factor on the compiled binary: asked on a terminal, given by a flag, made by a program, refused.
import { describe, expect, test } from "bun:test";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import { fakeDesktop } from "../support/fake-desktop.ts";
import { openTerminal } from "../support/terminal.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, type World, freePort, testWorld } from "../support/world.ts";

const SERIAL = DEMO_USER.mfa?.serial ?? "";
const ENDPOINT = ["serve", "--no-redirect", "--background", "--port"];
const GUARDED = `[roles.guarded]
role_arn = "${DEMO_ROLES.guarded}"
mfa_serial = "${SERIAL}"
[roles.other]
role_arn = "${DEMO_ROLES.developer}"
session_name = "other"
mfa_serial = "${SERIAL}"
`;
const guardedWorld = (rest = "") => testWorld({ config: `${CONFIG}${GUARDED}${rest}` });
const roleOf = async (world: World) => JSON.parse((await world.metacred(["status", "--json"])).stdout).role.name;

describe("without a terminal", () => {
  test("serve, use and credential-process say which flag or command helps, and exit 4", async () => {
    await using world = await guardedWorld();
    const port = String(freePort());
    const message = `metacred: a code of the MFA device ${SERIAL} is needed\n`;
    const before = await world.metacred(["credential-process", "--role", "guarded"]);
    expect(before).toEqual({
      stdout: "",
      exitCode: 4,
      stderr: `${message}  try: metacred serve --background --role guarded\n`,
    });
    const served = await world.metacred([...ENDPOINT, port, "--role", "guarded"]);
    expect(served).toEqual({
      stdout: "",
      exitCode: 4,
      stderr: `${message}  try: metacred serve --role guarded --mfa-code CODE\n`,
    });
    await world.metacred([...ENDPOINT, port, "--role", "dev"]);
    const used = await world.metacred(["use", "guarded"]);
    expect(used).toEqual({
      stdout: "",
      exitCode: 4,
      stderr: `${message}  try: metacred use guarded --mfa-code CODE\n`,
    });
    expect(await roleOf(world)).toBe("dev");
    expect(await world.aws({ do: "count", action: "GetSessionToken" })).toBe(0);
  });

  test("--mfa-code: once for every role of the device, and for credential-process", async () => {
    await using world = await guardedWorld();
    const served = await world.metacred([...ENDPOINT, String(freePort()), "--role", "guarded", "--mfa-code", "111111"]);
    expect(served.exitCode).toBe(0);
    expect((await world.metacred(["use", "other"])).exitCode).toBe(0);
    expect((await world.metacred(["credential-process", "--role", "guarded"])).exitCode).toBe(0);
    expect(await world.aws({ do: "count", action: "GetSessionToken" })).toBe(1);
    const log = await Bun.file(`${world.folder}/home/.local/state/metacred/metacred.log`).text();
    expect(log).not.toContain("111111");
  });

  test("a wrong one changes nothing; the code is in no argument of the daemon", async () => {
    await using world = await guardedWorld();
    const port = String(freePort());
    const refused = await world.metacred([...ENDPOINT, port, "--role", "guarded", "--mfa-code", "999999"]);
    expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining("AWS did not accept the code of") });
    await world.metacred([...ENDPOINT, port, "--role", "dev"]);
    expect((await world.metacred(["use", "guarded", "--mfa-code", "999999"])).exitCode).toBe(4);
    expect(await roleOf(world)).toBe("dev");
    expect((await world.metacred(["use", "guarded", "--mfa-code", "222222"])).exitCode).toBe(0);
    expect(await roleOf(world)).toBe("guarded");
    const argv = await Bun.file(`/proc/${await world.daemonPid()}/cmdline`).text();
    expect(argv).not.toContain("222222");
  });

  test("mfa_process: nobody is asked", async () => {
    await using world = await guardedWorld(`mfa_process = "echo 333333"\n`);
    expect((await world.metacred([...ENDPOINT, String(freePort()), "--role", "other"])).exitCode).toBe(0);
    expect((await world.metacred(["use", "guarded"])).exitCode).toBe(0);
  });

  test("mfa_serial of an AWS profile", async () => {
    await using world = await testWorld({
      awsConfig: `[profile guarded]\nrole_arn = ${DEMO_ROLES.guarded}\nsource_profile = corp\nmfa_serial = ${SERIAL}\n`,
    });
    const words = [...ENDPOINT, String(freePort()), "--role", "guarded"];
    expect((await world.metacred(words)).exitCode).toBe(4);
    expect((await world.metacred([...words, "--mfa-code", "111111"])).exitCode).toBe(0);
  });
});

describe("on a terminal", () => {
  const prompt = `code of ${SERIAL}: `;

  test("use asks, asks again after a wrong code, and switches", async () => {
    await using world = await guardedWorld();
    await world.metacred([...ENDPOINT, String(freePort()), "--role", "dev"]);
    await using terminal = openTerminal([world.binary, "use", "guarded"], world.env, world.folder);
    await terminal.untilShown(prompt);
    terminal.type("999999\n");
    await terminal.untilShown("metacred: AWS did not accept the code of");
    terminal.type("111111\n");
    expect(await terminal.exited).toBe(0);
    expect(terminal.screen()).toContain(`guarded: ${DEMO_ROLES.guarded}`);
    expect(await roleOf(world)).toBe("guarded");
  });

  test("three wrong ones are enough", async () => {
    await using world = await guardedWorld();
    await world.metacred([...ENDPOINT, String(freePort()), "--role", "dev"]);
    await using terminal = openTerminal([world.binary, "use", "guarded"], world.env, world.folder);
    for (let asked = 1; asked <= 3; asked++) {
      await terminal.untilShown(prompt, 10_000);
      const before = terminal.screen().split(prompt).length - 1;
      expect(before).toBe(asked);
      terminal.type("999999\n");
      if (asked < 3) await untilPrompts(terminal.screen, prompt, asked + 1);
    }
    expect(await terminal.exited).toBe(4);
    expect(await roleOf(world)).toBe("dev");
  });

  test.each([["--background"], []])("serve asks: %j", async (...flags) => {
    await using world = await guardedWorld();
    const words = [
      "serve",
      "--no-redirect",
      "--port",
      String(freePort()),
      "--role",
      "guarded",
      ...flags.filter(Boolean),
    ];
    await using terminal = openTerminal([world.binary, ...words], world.env, world.folder);
    await terminal.untilShown(prompt);
    terminal.type("444444\n");
    await terminal.untilShown(`serving guarded (${DEMO_ROLES.guarded})`);
    expect(await roleOf(world)).toBe("guarded");
    await world.metacred(["stop"]);
    expect(await terminal.exited).toBe(0);
  });

  test.each([["--background"], []])("Ctrl-C at the question of serve ends it at once: %j", async (...flags) => {
    await using world = await guardedWorld();
    const words = ["serve", "--no-redirect", "--port", String(freePort()), "--role", "guarded"];
    await using terminal = openTerminal([world.binary, ...words, ...flags.filter(Boolean)], world.env, world.folder);
    await terminal.untilShown(prompt);
    terminal.type("\u0003");
    expect(await terminal.exited).toBe(130);
    expect((await world.metacred(["status"])).exitCode).toBe(3);
  });

  test("the end of input is no code", async () => {
    await using world = await guardedWorld();
    await world.metacred([...ENDPOINT, String(freePort()), "--role", "dev"]);
    await using terminal = openTerminal([world.binary, "use", "guarded"], world.env, world.folder);
    await terminal.untilShown(prompt);
    terminal.type("\u0004");
    expect(await terminal.exited).toBe(4);
  });
});

describe("a daemon that waits for a code", () => {
  /** Started by a service manager: nobody was there to give one. */
  async function waiting() {
    const world = await guardedWorld(`[redirect]\nmethod = "none"\n[imds]\nport = ${freePort()}\n`);
    world.file("config.d/default.toml", `default_role = "guarded"\n`);
    const desktop = fakeDesktop(world.file);
    const daemon = Bun.spawn([world.binary, "__service"], {
      env: { ...world.env, PATH: desktop.PATH },
      stdio: ["ignore", "ignore", "ignore"],
    });
    const status = async () => JSON.parse((await world.metacred(["status", "--json"])).stdout || "{}");
    await untilTrue("it waits", async () => (await status()).state === "needs-mfa");
    return {
      world,
      status,
      notices: desktop.notices,
      async [Symbol.asyncDispose]() {
        daemon.kill("SIGKILL");
        await daemon.exited;
        await world[Symbol.asyncDispose]();
      },
    };
  }

  test("one notice; login --mfa-code answers it, a wrong code does not", async () => {
    await using it = await waiting();
    const { world } = it;
    expect((await it.status()).last_error).toMatchObject({ hint: "metacred login", exit: 4 });
    await untilTrue("a notice came", () => it.notices().length > 0);
    expect(await world.metacred(["login"])).toEqual({
      stdout: "",
      exitCode: 4,
      stderr: `metacred: a code of the MFA device ${SERIAL} is needed\n  try: metacred login --mfa-code CODE\n`,
    });
    expect(await world.metacred(["login", "--mfa-code", "999999"])).toMatchObject({ exitCode: 4 });
    expect(await world.metacred(["login", "--mfa-code", "111111"])).toEqual({
      stdout: "",
      exitCode: 0,
      stderr: "guarded is renewed\n",
    });
    expect(await it.status()).toMatchObject({ state: "serving", needs: null });
    expect(it.notices()).toEqual([`a code of the MFA device ${SERIAL} is needed: metacred login`]);
    expect(await world.metacred(["login", "--mfa-code", "222222"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("no daemon waits for a code"),
    });
  });

  test("on a terminal login asks for it", async () => {
    await using it = await waiting();
    await using terminal = openTerminal([it.world.binary, "login"], it.world.env, it.world.folder);
    await terminal.untilShown(`code of ${SERIAL}: `);
    terminal.type("999999\n");
    await terminal.untilShown("AWS did not accept the code of");
    terminal.type("333333\n");
    expect(await terminal.exited).toBe(0);
    expect((await it.status()).state).toBe("serving");
  });
});

describe("a protected role that wants a code", () => {
  const PROTECTED = `[roles.vault]
role_arn = "${DEMO_ROLES.guarded}"
mfa_serial = "${SERIAL}"
protected = true
`;
  const served = async () => {
    const world = await guardedWorld(PROTECTED);
    await world.metacred([...ENDPOINT, String(freePort()), "--role", "dev"]);
    return world;
  };
  const status = async (world: World) => JSON.parse((await world.metacred(["status", "--json"])).stdout);
  const codes = (world: World) => world.aws({ do: "count", action: "GetSessionToken" });

  test("without a terminal: agreed to first, then the code; with both for a time, and back by itself", async () => {
    await using world = await served();
    expect(await world.metacred(["use", "vault", "--mfa-code", "111111"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('"vault" is protected'),
    });
    // A code works once: it was not spent on the refusal.
    expect(await codes(world)).toBe(0);
    expect((await world.metacred(["use", "vault", "--yes"])).exitCode).toBe(4);
    const both = ["use", "vault", "--yes", "--for", "4s", "--mfa-code"];
    expect((await world.metacred([...both, "999999"])).exitCode).toBe(4);
    expect((await status(world)).role.name).toBe("dev");
    const used = await world.metacred([...both, "111111"]);
    expect([used.exitCode, used.stderr]).toEqual([0, expect.stringContaining("back to dev by itself in ")]);
    expect(await status(world)).toMatchObject({
      role: { name: "vault", protected: true },
      temporary: { back_to: "dev" },
    });
    await untilTrue("it went back", async () => (await status(world)).role.name === "dev");
    // The device's session goes on, the agreement does not.
    const again = ["use", "vault", "--for", "10m"];
    expect((await world.metacred(again)).exitCode).toBe(2);
    expect((await world.metacred([...again, "--yes"])).exitCode).toBe(0);
    // The wrong one and the right one.
    expect(await codes(world)).toBe(2);
  });

  test("on a terminal: the name is asked for, then the code", async () => {
    await using world = await served();
    await using terminal = openTerminal([world.binary, "use", "vault", "--for", "10m"], world.env, world.folder);
    await terminal.untilShown("Type its name to use it: ");
    terminal.type("vault\n");
    await terminal.untilShown(`code of ${SERIAL}: `);
    terminal.type("111111\n");
    expect(await terminal.exited).toBe(0);
    expect(await status(world)).toMatchObject({ role: { name: "vault" }, temporary: { back_to: "dev" } });
  });

  test.each([["--background"], []])("serve on a terminal likewise: %j", async (...flags) => {
    await using world = await guardedWorld(PROTECTED);
    const words = ["serve", "--no-redirect", "--port", String(freePort()), "--role", "vault", ...flags.filter(Boolean)];
    await using terminal = openTerminal([world.binary, ...words], world.env, world.folder);
    await terminal.untilShown("Type its name to use it: ");
    terminal.type("vault\n");
    await terminal.untilShown(`code of ${SERIAL}: `);
    terminal.type("222222\n");
    await terminal.untilShown("serving vault");
    expect((await status(world)).role).toMatchObject({ name: "vault", protected: true });
    await world.metacred(["stop"]);
    expect(await terminal.exited).toBe(0);
  });
});

async function untilPrompts(screen: () => string, prompt: string, times: number): Promise<void> {
  await untilTrue(`${times} questions`, () => screen().split(prompt).length - 1 >= times);
}
