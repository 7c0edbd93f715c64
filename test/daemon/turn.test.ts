// Whether somebody is signed in: one process looks, the others share its answer while it holds, and no longer.
import { describe, expect, test } from "bun:test";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noteSignInChange } from "../../src/daemon/sign-in-facts.ts";
import { takeTurn } from "../../src/daemon/turn.ts";
import { CliError } from "../../src/errors.ts";
import { resolvePaths } from "../../src/paths.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const EXPIRED = new CliError('the SSO session "corp" has expired', { hint: "metacred login corp", exit: 4 });
const SECRET = "wJalrXUtnFEMI";

function machine() {
  const folder = scratchFolder();
  const clock = manualClock();
  const env: Record<string, string> = { HOME: folder.path, AWS_SECRET_ACCESS_KEY: SECRET };
  const paths = resolvePaths({ env, platform: "linux", home: folder.path });
  folder.file(".aws/sso/cache/a.json", "{}");
  return {
    folder,
    clock,
    env,
    paths,
    take: (role = "dev") => takeTurn({ env, home: folder.path, paths, clock }, { role }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}
type Machine = ReturnType<typeof machine>;

const ask = (it: Machine, role?: string) =>
  it.take(role).then(
    (turn) => {
      turn.end();
      return "looks";
    },
    (error: CliError) => `${error.message}; ${error.hint}; ${error.exit}`,
  );
const SHARED = 'the SSO session "corp" has expired; metacred login corp; 4';

async function expired(): Promise<Machine> {
  const it = machine();
  (await it.take()).failed(EXPIRED);
  return it;
}

test("what one found, the others have for half a minute", async () => {
  using it = await expired();
  expect([await ask(it), await ask(it)]).toEqual([SHARED, SHARED]);
  expect(await ask(it, "another")).toBe("looks");
  await it.clock.advance(31_000);
  expect(await ask(it)).toBe("looks");
});

describe("it holds no longer after", () => {
  test.each<[string, (it: Machine) => void]>([
    ["a sign-in of ours", ({ paths, clock }) => noteSignInChange(paths.stateDir, clock.now())],
    ["one of the AWS CLI, in another file", ({ folder }) => void folder.file(".aws/sso/cache/b.json", "{}")],
    [
      "one of the AWS CLI, in the same file",
      ({ folder }) => writeFileSync(join(folder.path, ".aws/sso/cache/a.json"), "[ ]"),
    ],
    ["another AWS profile", ({ folder }) => void folder.file(".aws/config", "[default]")],
    ["another config", ({ paths, folder }) => void folder.file(paths.configFile.slice(folder.path.length + 1), "")],
    ["a part of the config", ({ folder }) => void folder.file(".config/metacred/config.d/x.toml", "")],
    ["secrets put back", ({ paths }) => writeFileSync(join(paths.stateDir, "secrets.json"), "{}")],
    ["another environment", ({ env }) => void (env["AWS_PROFILE"] = "other")],
    ["a keychain that was not there", ({ env }) => void (env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/x")],
    ["a wall clock that was set back", ({ clock }) => clock.jump(-3_600_000)],
  ])("%s", async (_title, change) => {
    using it = await expired();
    change(it);
    expect(await ask(it)).toBe("looks");
  });
});

test("a sign-in while one is looking: its answer is worth nothing", async () => {
  using it = machine();
  const looking = await it.take();
  noteSignInChange(it.paths.stateDir, it.clock.now());
  looking.failed(EXPIRED);
  expect(await ask(it)).toBe("looks");
});

test.each<[string, (turn: Awaited<ReturnType<Machine["take"]>>) => void]>([
  ["somebody is signed in", (turn) => turn.goOn()],
  ["it failed for something else", (turn) => turn.failed(new CliError("AWS is down"))],
])("the others wait for the first, and go on together where %s", async (_title, answer) => {
  using it = machine();
  const first = await it.take();
  const others = [it.take(), it.take(), it.take()];
  let waiting = true;
  void Promise.race(others).then(() => (waiting = false));
  await Bun.file(it.folder.file("something", "")).text();
  expect(waiting).toBe(true);
  answer(first);
  await Promise.all(others);
  expect(readdirSync(it.paths.stateDir).filter((name) => name.endsWith(".lock"))).toEqual([]);
});

test("one that ends without an answer leaves the next one to look; one that hangs is not waited for", async () => {
  using it = machine();
  (await it.take()).end();
  const hanging = await it.take();
  const other = it.take();
  await it.clock.advance(6000);
  expect(await other).toBeDefined();
  hanging.end();
});

test("a folder that cannot be written to leaves each process to itself", async () => {
  using it = machine();
  it.folder.file(".local/state/metacred", "a file in its place");
  const turns = await Promise.all([it.take(), it.take()]);
  for (const turn of turns) turn.failed(EXPIRED);
  expect(await ask(it)).toBe("looks");
});

test("a file that cannot be looked at is as good as none", async () => {
  using it = machine();
  it.env["AWS_CONFIG_FILE"] = it.folder.file("a-file", "") + "/config";
  (await it.take()).failed(EXPIRED);
  expect(await ask(it)).toBe(SHARED);
});

test("no secret is in the answer, nor in what it is compared by", async () => {
  using it = await expired();
  const texts = readdirSync(it.paths.stateDir).map((name) => readFileSync(join(it.paths.stateDir, name), "utf8"));
  expect(texts.join("")).not.toContain(SECRET);
  const facts = () => (JSON.parse(texts.join("")) as { facts: string }).facts;
  const before = facts();
  it.env["AWS_SECRET_ACCESS_KEY"] = "another";
  rmSync(it.paths.stateDir, { recursive: true });
  (await it.take()).failed(EXPIRED);
  texts.splice(
    0,
    texts.length,
    ...readdirSync(it.paths.stateDir).map((name) => readFileSync(join(it.paths.stateDir, name), "utf8")),
  );
  expect(facts()).toBe(before);
});
