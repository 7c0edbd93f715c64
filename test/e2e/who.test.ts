// `who` with the compiled program and real clients.
import { describe, expect, test } from "bun:test";
import { lineReader } from "../support/line-reader.ts";
import { requireTools } from "../support/require-tools.ts";
import { CONFIG, type World, freePort, testWorld } from "../support/world.ts";

async function served(): Promise<{ world: World; endpoint: string }> {
  const port = freePort();
  const world = await testWorld({ config: `${CONFIG}[imds]\nport = ${port}\nhttp_tokens = "optional"\n` });
  expect((await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev"])).exitCode).toBe(0);
  return { world, endpoint: `http://127.0.0.1:${port}` };
}

type Shown = { pid: number | null; program: string; exe: string; role: string | null; refused: string | null };
const whoOf = async (world: World) => JSON.parse((await world.metacred(["who", "--json"])).stdout) as Shown[];
const LIST = "latest/meta-data/iam/security-credentials/";

/** Asks, says its pid, and holds the connection until it is killed. */
const CLIENT = `
import http.client, os, sys
connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
for path in sys.argv[2:]:
    connection.request("GET", path)
    connection.getresponse().read()
print(os.getpid(), flush=True)
sys.stdin.read()
`;

async function client(endpoint: string, ...paths: string[]) {
  const child = Bun.spawn(["python3", "-c", CLIENT, new URL(endpoint).port, ...paths], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  expect(await lineReader(child.stdout)()).toBe(String(child.pid));
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

describe.skipIf(!requireTools(["python3"], { platform: "linux" }))("who", () => {
  test("nobody so far; then each process with its role", async () => {
    const { world, endpoint } = await served();
    await using _world = world;
    expect(await world.metacred(["who"])).toEqual({ stdout: "", stderr: "nobody has asked so far\n", exitCode: 0 });
    expect((await world.metacred(["who", "--json"])).stdout).toBe("[]\n");
    await using first = await client(endpoint, `/${LIST}`, `/${LIST}metacred`);
    await world.metacred(["use", "prod-readonly"]);
    await using second = await client(endpoint, `/${LIST}metacred`);
    await using third = await client(endpoint, "/latest/meta-data/instance-id");
    const python = { program: expect.stringMatching(/^python3/), exe: expect.stringContaining("/python3"), uid: 0 };
    expect(await whoOf(world)).toMatchObject([
      { ...python, uid: process.getuid?.(), pid: first.pid, role: "dev", refused: null, requests: 2 },
      { pid: second.pid, role: "prod-readonly", requests: 1 },
      { pid: third.pid, role: null, refused: null, requests: 1 },
    ]);
    const { stdout } = await world.metacred(["who"]);
    const rows = stdout.split("\n").map((line) => line.replaceAll(/ {2,}/g, "|").split("|").slice(1));
    const uid = process.getuid?.();
    expect(rows.slice(0, 3)).toEqual([
      [`python3 (pid ${first.pid}, uid ${uid})`, "dev", "2 requests"],
      [`python3 (pid ${second.pid}, uid ${uid})`, "prod-readonly", "1 request"],
      [`python3 (pid ${third.pid}, uid ${uid})`, "no credentials", "1 request"],
    ]);
  });

  test("why one was refused, and what a program of exec got", async () => {
    const { world, endpoint } = await served();
    await using _world = world;
    await using _browser = await client(endpoint.replace("127.0.0.1", "localhost"), "http://evil.example/");
    const ask = `curl -s -o /dev/null -H "Authorization: $AWS_CONTAINER_AUTHORIZATION_TOKEN" "$AWS_CONTAINER_CREDENTIALS_FULL_URI"`;
    await world.metacred(["exec", "--role", "prod-readonly", "--", "sh", "-c", ask]);
    const shown = await whoOf(world);
    expect(shown).toMatchObject([
      { refused: "host", role: null },
      { refused: null, role: "prod-readonly" },
    ]);
    // Ids alone: neither keys nor tokens, nor what a program was started with.
    expect(Object.keys(shown[0] ?? {})).toEqual([
      "pid",
      "program",
      "exe",
      "uid",
      "container",
      "role",
      "command",
      "refused",
      "requests",
      "first_seen",
      "last_seen",
    ]);
  });

  test("what commands hand out, by whoever started them; of exec, by what it becomes", async () => {
    const { world } = await served();
    await using _world = world;
    const shell = (script: string) => {
      const { stdout } = Bun.spawnSync(["sh", "-c", `echo $$; ${script}; true`], { env: world.env });
      return Number.parseInt(stdout.toString(), 10);
    };
    const first = shell(`${world.binary} credential-process --role prod-readonly >/dev/null`);
    const second = shell(`${world.binary} env >/dev/null; ${world.binary} env >/dev/null`);
    const third = await world.metacred(["exec", "--env", "--role", "prod-readonly", "--", "sh", "-c", "echo $$"]);
    const uid = process.getuid?.();
    const sh = { exe: expect.stringContaining("sh"), uid, refused: null, container: null };
    expect(await whoOf(world)).toMatchObject([
      { ...sh, pid: first, role: "prod-readonly", command: "credential-process", requests: 1 },
      { ...sh, pid: second, role: "dev", command: "env", requests: 2 },
      { pid: Number(third.stdout), uid, role: "prod-readonly", command: "exec", requests: 1 },
    ]);
    expect((await world.metacred(["who"])).stdout).toContain("  prod-readonly by credential-process  1 request\n");
  });

  test("--follow says each that comes, and ends with the daemon", async () => {
    const { world, endpoint } = await served();
    await using _world = world;
    await using _before = await client(endpoint, `/${LIST}metacred`);
    const following = Bun.spawn([world.binary, "who", "--follow", "--json"], {
      env: world.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const line = lineReader(following.stdout);
    const next = async () => JSON.parse((await line()) ?? "null") as Shown;
    expect(await next()).toMatchObject({ pid: _before.pid, role: "dev" });
    await using later = await client(endpoint, `/${LIST}metacred`);
    expect(await next()).toMatchObject({ pid: later.pid, role: "dev" });
    await world.metacred(["stop"]);
    expect(await following.exited).toBe(3);
    expect(await following.stderr.text()).toStartWith("metacred: metacred is not running\n");
  });
});

test("without a daemon", async () => {
  await using world = await testWorld();
  expect(await world.metacred(["who", "--follow"])).toMatchObject({ stdout: "", exitCode: 3 });
});
