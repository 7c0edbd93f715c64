// `exec` and `env`: what the command gets, what it no longer has, and how it ends.
import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { requireTools } from "../support/require-tools.ts";
import { CONFIG, freePort, testWorld, type World } from "../support/world.ts";

const RIVALS = {
  AWS_ACCESS_KEY_ID: "AKIARIVAL",
  AWS_SECRET_ACCESS_KEY: "rival",
  AWS_PROFILE: "rival",
  AWS_WEB_IDENTITY_TOKEN_FILE: "/rival",
  AWS_ROLE_ARN: "rival",
};

async function serving(options: Parameters<typeof testWorld>[0] = {}): Promise<World> {
  const world = await testWorld(options);
  const { exitCode, stderr } = await world.metacred([
    "serve",
    "--no-redirect",
    "--background",
    "--role",
    "dev",
    "--port",
    String(freePort()),
  ]);
  expect({ exitCode, stderr: stderr.slice(0, 11) }).toEqual({ exitCode: 0, stderr: "serving dev" });
  return world;
}

const variablesOf = (text: string) =>
  Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line.startsWith("AWS_"))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const),
  );

test("the command gets an endpoint of its own, and no rival of it", async () => {
  await using world = await serving();
  const { stdout, stderr, exitCode } = await world.metacred(["exec", "--role", "prod-readonly", "--", "env"], {
    env: RIVALS,
  });
  expect([exitCode, stderr]).toEqual([0, ""]);
  const all = variablesOf(stdout);
  const given = Object.fromEntries(Object.entries(all).filter(([name]) => !Object.hasOwn(world.env, name)));
  expect(given).toEqual({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v1\/[\w-]{43}$/),
    AWS_CONTAINER_AUTHORIZATION_TOKEN: expect.stringMatching(/^[\w-]{43}$/),
    AWS_REGION: "eu-central-1",
    AWS_DEFAULT_REGION: "eu-central-1",
  });
  const asked = await fetch(String(given["AWS_CONTAINER_CREDENTIALS_FULL_URI"]), {
    headers: { Authorization: String(given["AWS_CONTAINER_AUTHORIZATION_TOKEN"]) },
  });
  const document = (await asked.json()) as Record<string, string>;
  expect([asked.status, asked.headers.get("content-type"), document["RoleArn"], document["AccountId"]]).toEqual([
    200,
    "application/json",
    DEMO_ROLES.readOnly,
    "222233334444",
  ]);
  // The real expiry, not the one that metadata clients are told.
  expect(Date.parse(String(document["Expiration"])) - Date.now()).toBeGreaterThan(50 * 60_000);
  const status = JSON.parse((await world.metacred(["status", "--json"])).stdout) as { role: { name: string } };
  expect(status.role.name).toBe("dev");
});

test("without a role it is the one that is served, also after a switch", async () => {
  await using world = await serving();
  const script = `u=$AWS_CONTAINER_CREDENTIALS_FULL_URI; t=$AWS_CONTAINER_AUTHORIZATION_TOKEN
    ask() { curl -s -H "Authorization: $t" "$u" | grep -o '"RoleArn":"[^"]*"'; }
    ask; '${world.binary}' use prod-readonly 2>/dev/null; ask`;
  const { stdout, stderr } = await world.metacred(["exec", "--", "sh", "-c", script]);
  expect([stdout, stderr]).toEqual([`"RoleArn":"${DEMO_ROLES.developer}"\n`.repeat(2), ""]);
});

test.each([
  ["--env", true],
  ["no daemon", false],
])("%s: keys in variables", async (_, hasDaemon) => {
  await using world = hasDaemon ? await serving() : await testWorld();
  const flags = hasDaemon ? ["--env"] : [];
  const { stdout, stderr } = await world.metacred(["exec", ...flags, "--role", "prod-readonly", "--", "env"], {
    env: RIVALS,
  });
  expect(stderr).toBe("");
  expect(variablesOf(stdout)).toMatchObject({
    AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
    AWS_CREDENTIAL_EXPIRATION: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    AWS_REGION: "eu-central-1",
  });
  expect(stdout).not.toMatch(/rival|AKIARIVAL|AWS_CONTAINER/);
});

test("a [default] profile with keys would win: the command gets variables, and is told so", async () => {
  await using world = await serving();
  world.file("aws/config", "[default]\nrole_arn = arn:aws:iam::111122223333:role/Developer\nsource_profile = corp\n");
  const { stdout, stderr, exitCode } = await world.metacred(["exec", "--role", "dev", "--", "env"]);
  expect([exitCode, stderr.split("\n")[0]]).toEqual([0, expect.stringContaining("[default] has credentials")]);
  expect(variablesOf(stdout)["AWS_SESSION_TOKEN"]).toBeDefined();
});

test("how it ends is how the command ends", async () => {
  await using world = await serving();
  world.file("plain", "echo plain $1\n");
  chmodSync(`${world.folder}/plain`, 0o755);
  world.file("not-executable", "x");
  const rows: [readonly string[], number, string, string][] = [
    [["--", "sh", "-c", "exit 7"], 7, "", ""],
    [["--", "sh", "-c", "kill -TERM $$"], 143, "", ""],
    [["--", "./plain", "a b"], 0, "plain a b\n", ""],
    [["--", "no-such-command"], 127, "", 'metacred: there is no command "no-such-command"\n  try: '],
    [["--", "./not-executable"], 126, "", "metacred: cannot run ./not-executable: it may not be executed\n  try: "],
    [["--", "/"], 126, "", "metacred: cannot run /: it may not be executed\n  try: "],
    [["--"], 2, "", 'metacred: "metacred exec" needs a command behind --\n  try: '],
    [[], 2, "", 'metacred: "metacred exec" needs a command behind --\n  try: '],
    [["true"], 2, "", 'metacred: "metacred exec" does not take "true"\n  try: metacred exec -- true …\n'],
    [["--role", "nobody", "--", "true"], 2, "", 'metacred: there is no role "nobody"'],
    [
      ["--role", "forbidden", "--", "true"],
      6,
      "",
      "metacred: AWS refused: arn:aws:iam::111122223333:user/alice may not assume",
    ],
    // Bun ignores SIGPIPE; a command that did would complain here.
    [["--", "sh", "-c", "yes | head -n 1"], 0, "y\n", ""],
    [["--", "sh", "-c", "grep SigIgn /proc/self/status"], 0, "SigIgn:\t0000000000000000\n", ""],
  ];
  for (const [words, exitCode, stdout, stderr] of rows) {
    const result = await world.metacred(["exec", ...words]);
    expect([words, result.exitCode, result.stdout, result.stderr.slice(0, stderr.length || undefined)]).toEqual([
      words,
      exitCode,
      stdout,
      stderr,
    ]);
  }
});

describe.skipIf(!requireTools(["aws"]))("the AWS CLI", () => {
  test("finds the role of its exec", async () => {
    await using world = await serving();
    const asking = ["aws", "sts", "get-caller-identity", "--endpoint-url", world.stsUrl, "--query", "Arn"];
    const { stdout, stderr, exitCode } = await world.metacred(["exec", "--role", "prod-readonly", "--", ...asking]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toStartWith('"arn:aws:sts::222233334444:assumed-role/ReadOnly/');
  });
});

describe.skipIf(!requireTools(["setpriv", "curl"], { root: true, platform: "linux" }))("another user", () => {
  test("gets nothing with the right token, and is counted", async () => {
    await using world = await serving();
    const given = variablesOf((await world.metacred(["exec", "--", "env"])).stdout);
    const authorization = `Authorization: ${given["AWS_CONTAINER_AUTHORIZATION_TOKEN"]}`;
    const asking = ["curl", "-s", "-H", authorization, String(given["AWS_CONTAINER_CREDENTIALS_FULL_URI"])];
    expect((await world.run(asking)).stdout).toContain('"Code":"Success"');
    const other = await world.run(asking, { uid: 54_321, cwd: "/" });
    expect(JSON.parse(other.stdout)).toMatchObject({ code: "AccessDenied", Code: "AccessDenied" });
    const status = JSON.parse((await world.metacred(["status", "--json"])).stdout) as { refusals: object };
    expect(status.refusals).toEqual({ uid: 1 });
  });
});

test("env for each shell; sh takes the rivals away", async () => {
  await using world = await serving();
  const evaluated = await world.run(["sh", "-c", `eval "$('${world.binary}' env --role prod-readonly)"; env`], {
    env: RIVALS,
  });
  const variables = variablesOf(evaluated.stdout);
  expect([variables["AWS_PROFILE"], variables["AWS_ACCESS_KEY_ID"]?.slice(0, 4)]).toEqual([undefined, "ASIA"]);
  const json = JSON.parse((await world.metacred(["env", "--json", "--role", "prod-readonly"])).stdout);
  expect(json).toEqual(Object.fromEntries(Object.keys(json).map((name) => [name, variables[name]])));
  const dotenv = (await world.metacred(["env", "--format", "dotenv", "--role", "prod-readonly"])).stdout;
  expect(variablesOf(dotenv)).toEqual(json);
  const wrong = await world.metacred(["env", "--format", "csh"]);
  expect([wrong.exitCode, wrong.stdout, wrong.stderr]).toEqual([
    2,
    "",
    'metacred: there is no format "csh"\n  try: metacred env --format sh\n',
  ]);
});

test("limits, umask and priority are those of the shell", async () => {
  await using world = await serving();
  const facts = "ulimit -Sn; ulimit -Hn; umask; nice";
  const script = `ulimit -Sn 256; umask 027; ${facts}; '${world.binary}' exec -- sh -c '${facts}'`;
  const lines = (await world.run(["sh", "-c", script])).stdout.trim().split("\n");
  expect([lines[0], lines.slice(4)]).toEqual(["256", lines.slice(0, 4)]);
});

test("pipes wait for their reader and writer, as those of the shell do", async () => {
  await using world = await serving();
  const flags = "cat /proc/self/fdinfo/0 /proc/self/fdinfo/1 /proc/self/fdinfo/2 | grep flags";
  const script = `true | { ${flags}; } 2>&1 | cat; true | '${world.binary}' exec -- sh -c '${flags}' 2>&1 | cat`;
  const lines = (await world.run(["bash", "-c", script])).stdout.trim().split("\n");
  expect([lines.length, lines.slice(3)]).toEqual([6, lines.slice(0, 3)]);
  const { stdout, stderr } = await world.run([
    "bash",
    "-c",
    `'${world.binary}' exec -- yes | head -n 1; echo "\${PIPESTATUS[0]}"`,
  ]);
  expect([stdout, stderr]).toEqual(["y\n141\n", ""]);
});

describe.skipIf(!requireTools(["bash", "flock"], { platform: "linux" }))("what a shell hands down", () => {
  test("reaches the command: process substitution, a text, a lock; nothing of metacred's own does", async () => {
    await using world = await serving();
    const script = `'${world.binary}' exec -- cat <(echo one) <(echo two) /dev/fd/5 5<<<three
      exec 9>lock; flock 9; '${world.binary}' exec -- flock --nonblock 9 && echo same
      flock --nonblock lock true || echo held`;
    const { stdout, stderr } = await world.run(["bash", "-c", script]);
    expect([stdout, stderr]).toEqual(["one\ntwo\nthree\nsame\nheld\n", ""]);
    const listing = "exec 3<&0; ls /proc/self/fd; exec 3<&-; ls /proc/self/fd";
    const said = await world.run([
      "bash",
      "-c",
      `${listing}; exec 3<&0; B=$1; "$B" exec -- ls /proc/self/fd
      exec 3<&-; "$B" exec -- ls /proc/self/fd`,
      "bash",
      world.binary,
    ]);
    const lines = said.stdout.split("\n").slice(0, -1);
    expect(lines.slice(lines.length / 2)).toEqual(lines.slice(0, lines.length / 2));
  });

  test("is the same to the byte, also where it is no UTF-8", async () => {
    await using world = await serving();
    const script = `export V=$'v\\xff\\xfe'; for run in '' "$1 exec --"; do
      $run sh -c 'printf "%s,%s,%s" "$1" "$V" "$#" | od -An -tx1' x $'a\\xe9\\x80\\x01' '' é; done`;
    const { stdout, stderr } = await world.run(["bash", "-c", script, "bash", world.binary]);
    const lines = stdout.split("\n");
    expect([lines[0], stderr]).toEqual([" 61 e9 80 01 2c 76 ff fe 2c 33", ""]);
    expect(lines[1]).toBe(lines[0]);
  });
});

test("what was handed out ends with the daemon", async () => {
  await using world = await serving({ config: CONFIG });
  const { stdout } = await world.metacred(["exec", "--", "env"]);
  const url = String(variablesOf(stdout)["AWS_CONTAINER_CREDENTIALS_FULL_URI"]);
  expect((await fetch(url)).status).toBe(401);
  await world.metacred(["stop"]);
  expect(await fetch(url).catch(() => "nobody there")).toBe("nobody there");
});
