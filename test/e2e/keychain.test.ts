// The compiled binary with the real gnome-keyring, and without any.
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createKeychain } from "../../src/secrets/keychain.ts";
import { KEYRING_TOOLS, type Keyring, keyring } from "../support/keyring.ts";
import { requireTools } from "../support/require-tools.ts";
import { type SsoWorld, ssoWorld } from "../support/sso-world.ts";
import { openTerminal } from "../support/terminal.ts";
import { untilTrue } from "../support/until.ts";
import { PATH, freePort } from "../support/world.ts";

const KEYCHAIN_CONFIG = `base = "dev"\n`;
const stateDir = (world: SsoWorld) => join(world.folder, "home/.local/state/metacred");
const hasFile = (world: SsoWorld) => existsSync(join(stateDir(world), "secrets.json"));

describe.skipIf(!requireTools([...KEYRING_TOOLS, "curl"], { platform: "linux" }))("with gnome-keyring", () => {
  async function scene(): Promise<AsyncDisposable & { ring: Keyring; world: SsoWorld; as: SsoWorld["as"] }> {
    const ring = await keyring();
    const world = await ssoWorld({ config: KEYCHAIN_CONFIG });
    return {
      ring,
      world,
      as: (words) => world.as(words, ring.env),
      async [Symbol.asyncDispose]() {
        await world[Symbol.asyncDispose]();
        await ring[Symbol.asyncDispose]();
      },
    };
  }

  test("a sign-in rests in it, and goes from it with logout", async () => {
    await using it = await scene();
    expect((await it.as(["login"])).exitCode).toBe(0);
    expect(hasFile(it.world)).toBe(false);
    expect((await it.as(["credential-process"])).exitCode).toBe(0);
    expect((await it.world.as(["credential-process"])).exitCode).toBe(4);
    expect((await it.as(["logout"])).exitCode).toBe(0);
    expect((await it.as(["credential-process"])).exitCode).toBe(4);
  });

  test("the first start after a restart makes no call to AWS", async () => {
    await using it = await scene();
    await it.as(["login"]);
    const serve = () => it.as(["serve", "--background", "--no-redirect", "--port", String(freePort())]);
    await serve();
    const first = await it.as(["credential-process"]);
    await it.as(["use", "111122223333/ReadOnly"]);
    const marks = () => readdirSync(join(stateDir(it.world), "keychain")).filter((name) => /^[0-9a-f]{32}$/.test(name));
    await untilTrue("the sessions are in the keychain", () => marks().length === 3);
    await it.as(["stop"]);
    await it.world.aws({ do: "hold", action: "GetRoleCredentials" });
    expect((await serve()).exitCode).toBe(0);
    expect((await it.as(["credential-process"])).stdout).toBe(first.stdout);
    expect(await it.world.aws({ do: "count", action: "GetRoleCredentials" })).toBe(2);
  });

  test("what is longer than a pipe holds, as the sessions of hundreds of roles are, comes back whole", async () => {
    await using it = await scene();
    const limitMs = 20_000;
    const command = [it.world.binary, "__keychain"];
    const keychain = createKeychain({
      env: { ...it.world.env, ...it.ring.env },
      stateDir: it.world.folder,
      limitMs,
      command,
    });
    const value = "0123456789".repeat(300_000);
    expect(await keychain.set("sessions", value)).toBe("done");
    expect(await keychain.get("sessions")).toEqual({ value });
  });

  test("locked: waited for, said, neither replaced by a file nor overwritten", async () => {
    await using it = await scene();
    await it.as(["login"]);
    const serving = ["serve", "--background", "--no-redirect", "--port", String(freePort())];
    await it.ring.lock();
    const LOCKED =
      "metacred: the keychain is locked\n  try: unlock the keychain; a daemon that runs looks again by itself\n";
    for (const words of [["credential-process"], serving, ["login"], ["logout"]]) {
      expect(await it.as(words)).toMatchObject({ stderr: LOCKED, exitCode: 4 });
    }
    expect(it.world.opened()).toHaveLength(1);
    expect(hasFile(it.world)).toBe(false);
    await it.ring.unlock();
    expect((await it.as(serving)).exitCode).toBe(0);
    expect(it.world.opened()).toHaveLength(1);
  });

  test.each([["serve"], ["login"]])(
    "locked: %s on a terminal says so, and waits until it is unlocked",
    async (command) => {
      await using it = await scene();
      await it.as(["login"]);
      await it.ring.lock();
      const words =
        command === "serve" ? ["serve", "--background", "--no-redirect", "--port", String(freePort())] : ["login"];
      const env = { ...it.world.env, ...it.ring.env, PATH, BROWSER: `${it.world.folder}/bin/browser` };
      await using shown = openTerminal([it.world.binary, ...words], env, it.world.folder);
      await shown.untilShown("the keychain is locked: waiting until you unlock it");
      await it.ring.unlock();
      expect(await shown.exited).toBe(0);
      expect(shown.screen()).toContain(command === "serve" ? "serving dev" : 'signed in to "corp"');
      expect(shown.screen().split("waiting until").length).toBe(2);
      expect(hasFile(it.world)).toBe(false);
    },
  );

  test("locked: under a service manager the daemon starts, waits, and serves once it is unlocked", async () => {
    await using it = await scene();
    await it.as(["login"]);
    await it.ring.lock();
    it.world.file("config.toml", `${KEYCHAIN_CONFIG}[redirect]\nmethod = "none"\n[imds]\nport = ${freePort()}\n`);
    const daemon = Bun.spawn([it.world.binary, "__service"], {
      env: { ...it.world.env, ...it.ring.env },
      stdio: ["ignore", "ignore", "ignore"],
    });
    const status = async () => JSON.parse((await it.as(["status", "--json"])).stdout || "{}");
    await untilTrue("it waits", async () => (await status()).last_error?.message === "the keychain is locked");
    expect(await status()).toMatchObject({ state: "needs-login", role: { name: "dev" } });
    await it.ring.unlock();
    await untilTrue("it serves", async () => (await status()).state === "serving", 30_000);
    expect(it.world.opened()).toHaveLength(1);
    daemon.kill("SIGTERM");
    expect(await daemon.exited).toBe(0);
  });

  test("a keyring that hangs: an answer all the same, and the daemon serves on", async () => {
    await using it = await scene();
    await it.as(["login"]);
    await it.as(["serve", "--background", "--no-redirect", "--port", String(freePort())]);
    it.ring.signal("SIGSTOP");
    expect(await it.as(["credential-process", "--role", "dev"])).toMatchObject({ exitCode: 0 });
    await it.as(["stop"]);
    const startedMs = performance.now();
    expect(await it.as(["credential-process"])).toMatchObject({
      stderr: expect.stringContaining("the keychain does not answer"),
      exitCode: 4,
    });
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });

  test("keys", async () => {
    await using it = await scene();
    const child = Bun.spawn([it.world.binary, "keys", "add", "ci-user", "--stdin"], {
      env: { ...it.world.env, ...it.ring.env },
      stdin: new TextEncoder().encode(`AKIAABCDEFGHIJKLMNOP\n${"x".repeat(40)}\n`),
      stdout: "pipe",
      stderr: "pipe",
    });
    expect(await child.exited).toBe(0);
    expect(hasFile(it.world)).toBe(false);
    expect((await it.as(["keys", "remove", "ci-user"])).exitCode).toBe(0);
  });
});

describe.skipIf(!requireTools(["curl"]))("with no D-Bus at all", () => {
  test("a file that only the user reads, said once", async () => {
    await using world = await ssoWorld({ config: KEYCHAIN_CONFIG });
    const first = await world.as(["login"]);
    const second = await world.as(["login"]);
    const said = `this machine has no keychain: secrets are kept in ${stateDir(world)}/secrets.json`;
    expect([first.stderr.includes(said), second.stderr.includes(said)]).toEqual([true, false]);
    expect(statSync(join(stateDir(world), "secrets.json")).mode & 0o777).toBe(0o600);
    expect((await world.as(["credential-process"])).exitCode).toBe(0);
  });

  test("Bun's copy of the native part is in the user's own folder, not where all may write", async () => {
    await using world = await ssoWorld({ config: KEYCHAIN_CONFIG });
    const TMPDIR = join(world.folder, "run");
    await world.as(["credential-process"], { TMPDIR });
    expect(readdirSync(TMPDIR).filter((name) => name.endsWith(".node"))).toEqual([]);
  });
});
