// `console` with the compiled program: AWS's federation endpoint is the mock's, the browser a script with curl.
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { requireTools } from "../support/require-tools.ts";
import { openTerminal } from "../support/terminal.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, type World, freePort, testWorld } from "../support/world.ts";

const PAGE = "https://console.aws.amazon.com";
const PROTECTED = `${CONFIG}protected = true\n`.replaceAll(/\[roles\.forbidden\]\nrole_arn.*\n/g, "");

async function serve(world: World): Promise<void> {
  const words = ["serve", "--no-redirect", "--background", "--role", "dev", "--port", String(freePort())];
  expect((await world.metacred(words)).exitCode).toBe(0);
}

// Where the address leads without being followed: the mock checks token, issuer and destination.
async function leadsTo(address: string): Promise<string | null> {
  return (await fetch(address, { redirect: "manual" })).headers.get("location");
}

describe("--print", () => {
  test.each([true, false])("daemon: %p", async (hasDaemon) => {
    await using world = await testWorld();
    if (hasDaemon) await serve(world);
    const { stdout, stderr, exitCode } = await world.metacred([
      "console",
      "--role",
      "prod-readonly",
      "--service",
      "s3",
      "--print",
    ]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(stdout).toStartWith(`${world.stsUrl}/federation?Action=login&Issuer=metacred&`);
    expect(await leadsTo(stdout.trim())).toBe(`${PAGE}/s3/home?region=eu-central-1`);
    const json = await world.metacred(["console", "--role", "dev", "--json"]);
    expect(await leadsTo((JSON.parse(json.stdout) as { url: string }).url)).toBe(
      `${PAGE}/console/home?region=eu-central-1`,
    );
    // The address and the keys behind it are nowhere but on stdout.
    const left = await world.run(["grep", "-rlE", "SigninToken|federation", `${world.folder}/home`]);
    expect(left).toEqual({ stdout: "", stderr: "", exitCode: 1 });
  });

  test("without --role it is the one that is served", async () => {
    await using world = await testWorld();
    await serve(world);
    await world.metacred(["use", "prod-readonly"]);
    expect(await leadsTo((await world.metacred(["console", "--print"])).stdout.trim())).toStartWith(PAGE);
    expect(await world.aws({ do: "count", action: "GetSigninToken" })).toBe(1);
  });
});

test.each([
  [["--service", "s3?x", "--print"], 2, '"s3?x" is no service of the console', "metacred console --service s3"],
  [["--role", "dev"], 2, "there is no browser to show the console in", "metacred console --print"],
  [["--role", "devv", "--print"], 2, 'there is no role "devv"', 'did you mean "dev"?'],
  [["--role", "forbidden", "--print"], 6, "may not assume", ""],
  [["--role", "corp", "--print"], 6, "AWS gave no sign-in to the console for this session (400)", "metacred console"],
])("%j: exit %i", async (words, exitCode, message, hint) => {
  await using world = await testWorld();
  const result = await world.metacred(["console", ...words]);
  expect({ exitCode: result.exitCode, stdout: result.stdout }).toEqual({ exitCode, stdout: "" });
  expect(result.stderr).toMatch(/^metacred: .+\n {2}try: .+\n$/);
  expect(result.stderr.split("\n")[0]).toContain(message);
  expect(result.stderr.split("\n")[1]).toContain(hint);
});

test("a protected role is refused without a terminal, and asked for on one", async () => {
  await using world = await testWorld({ config: PROTECTED });
  const refused = await world.metacred(["console", "--role", "prod-readonly", "--print"]);
  expect(refused).toMatchObject({ stdout: "", exitCode: 2 });
  expect(refused.stderr).toContain('"prod-readonly" is protected');
  const words = ["console", "--role", "prod-readonly", "--print"];
  await using terminal = openTerminal([world.binary, ...words], world.env, world.folder);
  await terminal.untilShown("Type its name to use it: ");
  terminal.type("prod-readonly\n");
  expect(await terminal.exited).toBe(0);
  expect(terminal.screen()).toContain("SigninToken=");
});

describe.skipIf(!requireTools(["curl"]))("a browser", () => {
  // What it is started with, then where that leads, twice.
  const BROWSER = `#!/bin/sh
lead() { curl -s -o /dev/null -w '%{http_code} %{redirect_url}\\n' "$1"; }
{ echo "$1"; lead "$1"; lead "$1"; } > "$0.tmp"
mv "$0.tmp" "$0.out"
`;

  test("is started with an address that is no secret, works once, and leads to the console", async () => {
    await using world = await testWorld();
    const browser = world.file("browser", BROWSER);
    chmodSync(browser, 0o755);
    const opened = await world.metacred(["console", "--role", "dev"], { env: { BROWSER: browser } });
    expect(opened).toEqual({ stdout: "", stderr: "opened the console as dev in your browser\n", exitCode: 0 });
    await untilTrue("the browser is done", () => existsSync(`${browser}.out`));
    const [started = "", first = "", second = ""] = readFileSync(`${browser}.out`, "utf8").split("\n");
    expect(started).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/);
    expect(first).toStartWith(`303 ${world.stsUrl}/federation?Action=login`);
    expect(await leadsTo(first.slice(4))).toBe(`${PAGE}/console/home?region=eu-central-1`);
    expect(second).toMatch(/^(404|000) $/);
  });

  test.skipIf(!requireTools(["setpriv"], { root: true, platform: "linux" }))(
    "of another user gets nothing",
    async () => {
      await using world = await testWorld();
      const browser = world.file(
        "browser",
        `#!/bin/sh\n{ setpriv --reuid=65534 --clear-groups curl -s "$1"; echo "$?"; } > "$0.out"; curl -s "$1"\n`,
      );
      chmodSync(browser, 0o755);
      expect((await world.metacred(["console", "--role", "dev"], { env: { BROWSER: browser } })).exitCode).toBe(0);
      expect(readFileSync(`${browser}.out`, "utf8")).toMatch(/^[1-9]\d*\n$/);
    },
  );

  test("that cannot be started is said", async () => {
    await using world = await testWorld();
    const { stderr, exitCode } = await world.metacred(["console", "--role", "dev"], {
      env: { BROWSER: "/no/such/browser" },
    });
    expect({ stderr, exitCode }).toEqual({
      stderr: "metacred: no browser could be started\n  try: metacred console --print\n",
      exitCode: 1,
    });
  });
});
