// One row for each exit code and each bad input: two lines on stderr, nothing on stdout, nothing changed.
import { describe, expect, test } from "bun:test";
import { dirname } from "node:path";
import { CONFIG, freePort, testWorld } from "../support/world.ts";

const ENDPOINT = ["serve", "--no-redirect", "--background"];

describe("without a daemon", () => {
  test.each([
    [["status"], 3, "metacred is not running", "metacred serve --background"],
    [["use", "dev"], 3, "metacred is not running", "metacred serve --background"],
    [["stop"], 3, "metacred is not running", "metacred serve --background"],
    [["use"], 2, '"metacred use" needs ROLE where no list can be shown', "metacred roles, then metacred use ROLE"],
    [["use", ""], 2, '"metacred use" was given an empty word', "metacred use --help"],
    [["credential-process", "--role", ""], 2, "--role needs a value", "metacred credential-process --help"],
    [["constructor"], 2, 'there is no command "constructor"', "metacred --help"],
    [["--version", "extra"], 2, '"metacred --version" does not take "extra"', "metacred --version"],
    [["-v", "--json"], 2, '"metacred -v" does not take "--json"', "metacred -v"],
    [["--version", "--", "x"], 2, '"metacred --version" does not take "--"', "metacred --version"],
    [["statsu"], 2, 'there is no command "statsu"', "metacred status"],
    [["serve", "--rol", "dev"], 2, '"metacred serve" has no flag --rol', "metacred serve --role"],
    [["serve", "--role"], 2, "--role needs a value", "metacred serve --help"],
    [["serve", "--port", "x"], 2, '"x" is no port', "metacred serve --port 25772"],
    [["serve", "dev"], 2, '"metacred serve" does not take "dev"', "metacred serve --role dev"],
    [["exec", "dev", "--", "true"], 2, '"metacred exec" does not take "dev"', "metacred exec --role dev -- …"],
    [["stop", "--", "x"], 2, '"metacred stop" takes nothing behind --', "metacred stop --help"],
    [
      ["completions", "tcsh"],
      2,
      'there are no completions for "tcsh"',
      "metacred completions bash|zsh|fish|powershell",
    ],
    [["credential-process", "--role", "devv"], 2, 'there is no role "devv"', 'did you mean "dev"?'],
    [["credential-process", "--role", "forbidden"], 6, "arn:aws:iam::111122223333:user/alice may not assume", ""],
    [
      ["credential-process", "--role", "signed-out"],
      4,
      'nobody has signed in to the SSO session "corp-sso"',
      "metacred login corp-sso",
    ],
    [["credential-process", "--role", "asks-itself"], 2, "which is metacred itself: a loop", ""],
    [
      ["credential-process", "--role", "one/Two@two"],
      2,
      "can mean arn:aws:iam::111111111111:role/Two@two or arn:aws:iam::222222222222:role/one/Two",
      "",
    ],
    [[...ENDPOINT, "--role", "forbidden"], 6, "may not assume arn:aws:iam::111122223333:role/Forbidden", ""],
    [[...ENDPOINT, "--role", "signed-out"], 4, 'nobody has signed in to the SSO session "corp-sso"', "metacred login"],
  ])("%j: exit %i", async (words, exitCode, message, hint) => {
    await using world = await testWorld({
      config: `${CONFIG}\n[accounts]\none = "111111111111"\ntwo = "222222222222"\n`,
      awsConfig: `[profile signed-out]
sso_session = corp-sso
sso_account_id = 111122223333
sso_role_name = Admin
region = eu-central-1
[sso-session corp-sso]
sso_start_url = https://example.awsapps.com/start
sso_region = eu-central-1
[profile asks-itself]
role_arn = arn:aws:iam::111122223333:role/Developer
credential_source = Ec2InstanceMetadata
`,
    });
    const result = await world.metacred(words);
    expect({ exitCode: result.exitCode, stdout: result.stdout }).toEqual({ exitCode, stdout: "" });
    expect(result.stderr).toMatch(/^metacred: .+\n {2}try: .+\n$/);
    expect(result.stderr.split("\n")[0]).toContain(message);
    expect(result.stderr.split("\n")[1]).toContain(hint);
    expect((await world.run(["find", `${world.folder}/run`, "-type", "s", "-o", "-name", "*.lock"])).stdout).toBe("");
  });
});

describe("a broken configuration", () => {
  test.each([
    ["default_role = [", "config.toml:1:", "unfinished"],
    ["default_rol = 'dev'", 'config.toml:1: unknown key "default_rol"', 'did you mean "default_role"?'],
    ["[imds]\n\nport = 'x'", 'config.toml:3: "imds.port"', "correct it in"],
    ["[roles.dev]\nregion = 'x'", '"roles.dev.role_arn" is missing', "correct it in"],
  ])("%j", async (config, message, hint) => {
    await using world = await testWorld({ config });
    const result = await world.metacred(["roles"]);
    expect({ exitCode: result.exitCode, stdout: result.stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(result.stderr).toContain(message);
    expect(result.stderr).toContain(hint);
  });

  test("broken while serving: the old one stays, and the switch happens", async () => {
    await using world = await testWorld();
    await world.metacred([...ENDPOINT, "--role", "dev", "--port", String(freePort())]);
    world.file("config.toml", "default_role = [");
    const { exitCode, stderr } = await world.metacred(["use", "prod-readonly"]);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("kept the old configuration");
    expect(stderr).toContain("prod-readonly: arn:aws:iam::222233334444:role/ReadOnly");
  });
});

test("a file where the state folder would be: said, nothing raw", async () => {
  await using world = await testWorld();
  const state = world.file("home/.local/state/metacred", "");
  expect(await world.metacred([...ENDPOINT, "--role", "dev"])).toEqual({
    stdout: "",
    stderr: `metacred: ${state} cannot be made: something else has its name\n  try: ls -ld ${state} ${dirname(state)}\n`,
    exitCode: 1,
  });
});

describe("with a daemon", () => {
  test("what fails changes nothing: the role stays", async () => {
    await using world = await testWorld();
    const port = String(freePort());
    await world.metacred([...ENDPOINT, "--role", "dev", "--port", port]);
    const role = async () => JSON.parse((await world.metacred(["status", "--json"])).stdout).role.name;
    const failures: [string[], number][] = [
      [["use", "forbidden"], 6],
      [["use", "no-such-role"], 2],
      [["serve", "--role", "dev"], 1],
      [["use", "-"], 2],
    ];
    for (const [words, exitCode] of failures) {
      expect((await world.metacred(words)).exitCode).toBe(exitCode);
      expect(await role()).toBe("dev");
    }
    const second = await world.metacred(["serve", "--role", "prod-readonly", "--background"]);
    expect(second.stderr).toMatch(
      /is running already \(pid \d+\), serving dev\n {2}try: metacred use ROLE, or metacred stop\n/,
    );
  });

  test("use none serves nothing; use - comes back", async () => {
    await using world = await testWorld();
    await world.metacred([...ENDPOINT, "--role", "dev", "--port", String(freePort())]);
    expect((await world.metacred(["use", "none"])).exitCode).toBe(0);
    expect((await world.metacred(["status", "--check"])).exitCode).toBe(1);
    expect((await world.metacred(["use", "-"])).exitCode).toBe(0);
    expect((await world.metacred(["status", "--check"])).exitCode).toBe(0);
    expect((await world.metacred(["status", "--format", "{role} {account} {state}"])).stdout).toBe(
      "dev 111122223333 serving\n",
    );
  });

  test("a taken port in endpoint mode: the holder is named", async () => {
    await using world = await testWorld();
    using holder = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const result = await world.metacred([...ENDPOINT, "--role", "dev", "--port", String(holder.port)]);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(`port ${holder.port} is taken by`);
    expect(result.stderr).toContain(`(pid ${process.pid})`);
  });
});
