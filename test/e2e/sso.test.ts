// Signing in to SSO on the compiled binary, against a mock AWS that checks everything.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lineReader } from "../support/line-reader.ts";
import { KEYRING_TOOLS, keyring } from "../support/keyring.ts";
import { requireTools } from "../support/require-tools.ts";
import {
  type SsoWorld,
  type Timed,
  fortyAtOnce,
  slowestMs,
  SSO_CONFIG,
  SSO_PROFILES,
  ssoWorld,
} from "../support/sso-world.ts";
import { freePort } from "../support/world.ts";
import { untilTrue } from "../support/until.ts";

const READY = requireTools(["curl"]);
const serve = (world: SsoWorld, ...words: string[]) =>
  world.as(["serve", "--background", "--no-redirect", "--port", String(freePort()), ...words]);
const stateOf = async (world: SsoWorld) => JSON.parse((await world.as(["status", "--json"])).stdout);
const LOGIN_FIRST = 'metacred: nobody has signed in to the SSO session "corp"\n  try: metacred login corp\n';

describe.skipIf(!READY)("login", () => {
  test("through the browser; then profiles, pairs and roles on top of them", async () => {
    await using world = await ssoWorld();
    const { stdout, stderr, exitCode } = await world.as(["login"]);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 0 });
    expect(stderr).toContain('signed in to "corp", renewed by itself from now on\n');
    expect(stderr).toContain(world.opened()[0] ?? "?");
    const arns: string[] = [];
    expect((await serve(world)).exitCode).toBe(0);
    for (const role of ["dev", "222233334444/ReadOnly", "ReadOnly@111122223333", "on-top"]) {
      expect(await world.as(["use", role])).toMatchObject({ exitCode: 0 });
      arns.push((await stateOf(world)).role.arn);
    }
    expect(arns).toEqual([
      expect.stringContaining(":111122223333:assumed-role/AWSReservedSSO_Developer_"),
      expect.stringContaining(":222233334444:assumed-role/AWSReservedSSO_ReadOnly_"),
      expect.stringContaining(":111122223333:assumed-role/AWSReservedSSO_ReadOnly_"),
      "arn:aws:iam::222233334444:role/ReadOnly",
    ]);
    expect(world.opened()).toHaveLength(1);
  });

  test("what it keeps, only the user reads; nothing of it is in the AWS CLI's cache", async () => {
    await using world = await ssoWorld();
    await world.as(["login"]);
    const state = join(world.folder, "home/.local/state/metacred");
    for (const name of readdirSync(state)) expect(statSync(join(state, name)).mode & 0o077).toBe(0);
    expect(readdirSync(join(world.folder, "home"))).toEqual([".local"]);
  });

  test("with share_sso_cache the AWS CLI is signed in as well", async () => {
    await using world = await ssoWorld({ config: `base = "dev"\n[secrets]\nstore = "file"\nshare_sso_cache = true\n` });
    await world.as(["login"]);
    expect(readdirSync(join(world.folder, "home/.aws/sso/cache"))).toHaveLength(1);
  });

  test("with a code; the code to compare is shown", async () => {
    await using world = await ssoWorld();
    const { stderr, exitCode } = await world.as(["login", "dev", "--device-code"]);
    expect(stderr).toMatch(/It must show this code, and nothing else:\n\n {2}[A-Z]{4}-[A-Z]{4}\n/);
    expect(exitCode).toBe(0);
    expect(world.opened()[0]).toContain("/device?user_code=");
  });

  test("with no display the code it is", async () => {
    await using world = await ssoWorld();
    await world.aws({ do: "consent", consent: "ignore" });
    const child = Bun.spawn([world.binary, "login"], { env: world.env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    for await (const bytes of child.stderr) {
      said += new TextDecoder().decode(bytes);
      if (said.includes("nothing else")) break;
    }
    expect(said).toContain("user_code=");
    child.kill();
    await child.exited;
  });

  test("denied: exit 4, and what to type", async () => {
    await using world = await ssoWorld();
    await world.aws({ do: "consent", consent: "deny" });
    const browser = await world.as(["login"]);
    const device = await world.as(["login", "--device-code"]);
    for (const { stderr, exitCode } of [browser, device]) {
      expect(stderr).toEndWith(
        'metacred: the sign-in to "corp" was denied in the browser\n  try: metacred login corp\n',
      );
      expect(exitCode).toBe(4);
    }
  });

  test("a code that nobody types in time: exit 4", async () => {
    await using world = await ssoWorld({ sso: { deviceSeconds: 2 } });
    await world.aws({ do: "consent", consent: "ignore" });
    const { stderr, exitCode } = await world.as(["login", "--device-code"]);
    expect(stderr).toContain('the code for "corp" has expired before anybody signed in with it');
    expect(exitCode).toBe(4);
  });

  test("two at once: one browser", async () => {
    await using world = await ssoWorld();
    // Held so long that both are there.
    await world.aws({ do: "hold", action: "CreateToken" });
    const first = world.as(["login"]);
    await untilTrue("the browser was opened", () => world.opened().length > 0);
    const second = Bun.spawn([world.binary, "login"], { env: world.env, stdio: ["ignore", "ignore", "pipe"] });
    const line = lineReader(second.stderr);
    expect(await line()).toBe('another metacred is signing in to "corp": waiting for it');
    await world.aws({ do: "release", action: "CreateToken" });
    expect([(await first).exitCode, await second.exited]).toEqual([0, 0]);
    expect(await line()).toContain('signed in to "corp" by another metacred');
    expect(world.opened()).toHaveLength(1);
  });

  test("a name that is none: exit 2", async () => {
    await using world = await ssoWorld();
    expect(await world.as(["login", "crop"])).toMatchObject({
      stderr: 'metacred: there is no sso-session and no AWS profile "crop"\n  try: metacred login corp\n',
      exitCode: 2,
    });
  });
});

const ENDS = (runs: readonly Timed[]) => new Set(runs.map(({ stderr, exitCode }) => `${exitCode} ${stderr}`));

describe.skipIf(!READY)("40 credential-process at once, nobody signed in", () => {
  const ROLE = ["credential-process", "--role", "dev"];

  async function storm(world: SsoWorld, as: SsoWorld["as"], words: readonly string[] = ROLE): Promise<void> {
    const before = await fortyAtOnce(as, words);
    expect(ENDS(before)).toEqual(new Set([`4 ${LOGIN_FIRST}`]));
    await untilTrue("a notice came", () => world.notices().length > 0);
    expect(world.notices()).toHaveLength(1);
    expect(world.opened()).toEqual([]);
    expect((await as(["login"])).exitCode).toBe(0);
    expect(ENDS(await fortyAtOnce(as, words))).toEqual(new Set(["0 "]));
    expect(world.opened()).toHaveLength(1);
    // A second each; where the machine is busy, measured beside as many that only look up a name.
    const beside = await fortyAtOnce(as, ["credential-process", "--role", "nobody"]);
    expect(slowestMs(before)).toBeLessThan(Math.max(1000, 2 * slowestMs(beside)));
  }

  test("with a daemon", async () => {
    await using world = await ssoWorld();
    await serve(world, "--role", "corp");
    await storm(world, world.as);
  });

  test("without a daemon", async () => {
    await using world = await ssoWorld();
    await storm(world, world.as);
  });

  test("without a daemon, by account and role", async () => {
    await using world = await ssoWorld();
    await storm(world, world.as, ["credential-process", "--role", "111122223333/ReadOnly"]);
  });

  test.skipIf(!requireTools(KEYRING_TOOLS, { platform: "linux" }))("without a daemon, with gnome-keyring", async () => {
    await using world = await ssoWorld({ config: `base = "dev"\n` });
    await using ring = await keyring();
    await storm(world, (words) => world.as(words, ring.env));
  });

  const FORTY = Array.from(
    { length: 40 },
    (_, number) =>
      `[profile p${number}]\nsource_profile = dev\nrole_arn = arn:aws:iam::222233334444:role/ReadOnly\nrole_session_name = p${number}\n`,
  );

  test.each([
    ["of one role", "dev"],
    ["of forty roles on top of it", "p@"],
  ])("an expired sign-in: AWS is asked once for all of them, %s", async (_title, role) => {
    await using world = await ssoWorld({ awsConfig: `${SSO_PROFILES}${FORTY.join("")}` });
    await world.as(["login"]);
    await world.aws({ do: "endSessions" });
    await world.aws({ do: "endAccessTokens" });
    const asked = async () => ({
      tokens: await world.aws({ do: "count", action: "CreateToken" }),
      roles: await world.aws({ do: "count", action: "GetRoleCredentials" }),
    });
    const { tokens, roles } = await asked();
    const runs = await fortyAtOnce(world.as, ["credential-process", "--role", role]);
    expect(ENDS(runs)).toEqual(
      new Set(['4 metacred: the SSO session "corp" has expired\n  try: metacred login corp\n']),
    );
    expect(await asked()).toEqual({ tokens: tokens + 1, roles: roles + 1 });
  });
});

describe.skipIf(!READY)("a running daemon", () => {
  test("needs-login after a logout, serving again after a login, by itself", async () => {
    await using world = await ssoWorld();
    await world.as(["login"]);
    await serve(world);
    expect(await world.as(["logout"])).toMatchObject({ stderr: 'signed out of "corp"\n', exitCode: 0 });
    await untilTrue("the daemon needs a sign-in", async () => (await stateOf(world)).state === "needs-login");
    expect((await stateOf(world)).last_error).toMatchObject({ hint: "metacred login corp", exit: 4 });
    expect(await world.as(["status", "--check"])).toMatchObject({ exitCode: 1 });
    expect((await world.as(["credential-process"])).exitCode).toBe(4);
    await world.as(["login"]);
    await untilTrue("it serves again", async () => (await stateOf(world)).state === "serving");
    expect(await world.aws({ do: "count", action: "Logout" })).toBe(1);
  });

  test("a token that AWS ended is renewed without a person", async () => {
    await using world = await ssoWorld();
    await world.as(["login"]);
    await serve(world);
    await world.aws({ do: "endAccessTokens" });
    expect(await world.as(["use", "222233334444/ReadOnly"])).toMatchObject({ exitCode: 0 });
    expect(world.opened()).toHaveLength(1);
  });

  test("an ended sign-in: the old role is served on, use says what to type", async () => {
    await using world = await ssoWorld();
    await world.as(["login"]);
    await serve(world);
    await world.aws({ do: "endSessions" });
    expect(await world.as(["use", "111122223333/ReadOnly"])).toMatchObject({
      stderr: 'metacred: the SSO session "corp" has expired\n  try: metacred login corp\n',
      exitCode: 4,
    });
    expect(await stateOf(world)).toMatchObject({ state: "serving", role: { name: "dev" } });
  });

  test("a pair that is not offered is a role to assume", async () => {
    await using world = await ssoWorld();
    await world.as(["login"]);
    await serve(world);
    const { stderr, exitCode } = await world.as(["use", "222233334444/Nope"]);
    expect(stderr).toContain("may not assume arn:aws:iam::222233334444:role/Nope");
    expect(exitCode).toBe(6);
  });
});

describe.skipIf(!READY)("a start while nobody is signed in", () => {
  test.each([["--background"], []])("without a terminal: exit 4, and what to type %j", async (...flags) => {
    await using world = await ssoWorld();
    const words = ["serve", "--no-redirect", "--port", String(freePort()), ...flags.filter(Boolean)];
    expect(await world.as(words)).toMatchObject({
      stdout: "",
      exitCode: 4,
      stderr: expect.stringContaining(LOGIN_FIRST),
    });
    expect(world.opened()).toEqual([]);
  });

  test.each(["dev", "111122223333/ReadOnly"])("under a service manager it waits for the sign-in: %s", async (role) => {
    const config = `default_role = "${role}"\n${SSO_CONFIG}[redirect]\nmethod = "none"\n[imds]\nport = ${freePort()}\n`;
    await using world = await ssoWorld({ config });
    const daemon = Bun.spawn([world.binary, "__service"], { env: world.env, stdio: ["ignore", "ignore", "ignore"] });
    const status = async () => JSON.parse((await world.as(["status", "--json"])).stdout || "{}");
    await untilTrue("it waits", async () => (await status()).state === "needs-login");
    expect(await status()).toMatchObject({
      role: { name: role },
      last_error: { hint: "metacred login corp", exit: 4 },
    });
    expect((await world.as(["login"])).exitCode).toBe(0);
    await untilTrue("it serves", async () => (await status()).state === "serving");
    daemon.kill("SIGTERM");
    expect(await daemon.exited).toBe(0);
  });
});

describe.skipIf(!READY)("other ways to be signed in", () => {
  test("the legacy form, by the profile's name", async () => {
    const awsConfig = `[profile old]
sso_start_url = https://corp.awsapps.com/start
sso_region = eu-central-1
sso_account_id = 111122223333
sso_role_name = ReadOnly
region = eu-central-1
`;
    await using world = await ssoWorld({ awsConfig, config: `base = "old"\n[secrets]\nstore = "file"\n` });
    expect((await world.as(["credential-process"])).stderr).toEndWith("try: metacred login old\n");
    expect((await world.as(["login", "old"])).exitCode).toBe(0);
    expect((await world.as(["credential-process"])).exitCode).toBe(0);
  });

  test("the AWS CLI's sign-in is used, and renewed where it is", async () => {
    await using world = await ssoWorld({ config: `base = "dev"\n[secrets]\nstore = "file"\nshare_sso_cache = true\n` });
    await world.as(["login"]);
    rmSync(join(world.folder, "home/.local/state/metacred/secrets.json"));
    const cache = join(world.folder, "home/.aws/sso/cache");
    const [name = ""] = readdirSync(cache);
    const token = () => JSON.parse(readFileSync(join(cache, name), "utf8"));
    const before = token();
    writeFileSync(join(cache, name), JSON.stringify({ ...before, expiresAt: "2026-01-01T00:00:00Z", other: 1 }));
    expect((await world.as(["credential-process"])).exitCode).toBe(0);
    expect(token()).toMatchObject({ startUrl: before.startUrl, clientId: before.clientId, other: 1 });
    expect(token().accessToken).not.toBe(before.accessToken);
    expect(existsSync(join(world.folder, "home/.local/state/metacred/secrets.json"))).toBe(false);
    await world.as(["logout"]);
    expect(readdirSync(cache)).toEqual([]);
  });

  test("in the daemon's memory alone", async () => {
    await using world = await ssoWorld({ config: `base = "corp"\n[secrets]\nstore = "memory"\n` });
    expect(await world.as(["login", "dev"])).toMatchObject({ exitCode: 2 });
    await serve(world, "--role", "corp");
    expect((await world.as(["login", "dev"])).exitCode).toBe(0);
    expect(await world.as(["use", "dev"])).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(world.folder, "home/.local/state/metacred/secrets.json"))).toBe(false);
  });
});
