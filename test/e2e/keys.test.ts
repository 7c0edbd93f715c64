import { expect, test } from "bun:test";
import { DEMO_ROLES, DEMO_USER } from "../../src/demo/world.ts";
import { type World, freePort, testWorld } from "../support/world.ts";

const CONFIG = `base = "mine"
[sources.mine]
keychain = "ci-user"
[roles.dev]
role_arn = "arn:aws:iam::111122223333:role/Developer"
[secrets]
store = "file"
`;
const GOOD = `${DEMO_USER.accessKeyId}\n${DEMO_USER.secretAccessKey}\n`;

async function add(world: World, text: string, ...words: string[]) {
  const child = Bun.spawn([world.binary, "keys", "add", ...words], {
    env: world.env,
    stdin: new TextEncoder().encode(text),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exitCode] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { stdout, stderr, exitCode };
}

test("added, served, listed without the secret, removed", async () => {
  await using world = await testWorld({ config: CONFIG });
  expect(await world.metacred(["credential-process", "--role", "dev"])).toMatchObject({
    stderr: expect.stringContaining("try: metacred keys add ci-user"),
    exitCode: 2,
  });
  expect((await add(world, GOOD, "ci-user", "--stdin")).exitCode).toBe(0);
  const serving = ["serve", "--role", "dev", "--background", "--no-redirect", "--port", String(freePort())];
  expect((await world.metacred(serving)).exitCode).toBe(0);
  const status = JSON.parse((await world.metacred(["status", "--json"])).stdout);
  expect(status).toMatchObject({ state: "serving", base: "keys ci-user in the keychain" });
  expect((await world.metacred(["use", "mine"])).exitCode).toBe(0);
  const list = await world.metacred(["keys", "list", "--json"]);
  expect(JSON.parse(list.stdout)).toEqual([{ name: "ci-user", access_key_id: DEMO_USER.accessKeyId }]);
  expect((await world.metacred(["keys", "remove", "ci-user"])).exitCode).toBe(0);
  expect((await world.metacred(["keys", "list"])).stdout).toBe("");
  expect((await world.metacred(["use", "dev"])).exitCode).toBe(2);
});

test("a header for a broker: kept, used, listed without its value, removed", async () => {
  const value = "Bearer very-secret";
  await using world = await testWorld();
  const offers = [{ role: "Developer", arn: DEMO_ROLES.developer }];
  await world.aws({ do: "broker", broker: { offers, header: { name: "authorization", value } } });
  world.file(
    "config.toml",
    `[sources.afp]\nurl = "${world.stsUrl}"\nheaders = { Authorization = { keychain = "afp" } }\n[sources.k]\nkeychain = "afp"\n[secrets]\nstore = "file"\n`,
  );
  const ask = () => world.metacred(["credential-process", "--role", "afp"]);
  expect(await ask()).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining("try: metacred keys add afp --header"),
  });
  expect(await add(world, `${value}\n`, "afp", "--header", "--stdin")).toMatchObject({ exitCode: 0, stdout: "" });
  expect((await ask()).exitCode).toBe(0);
  expect((await world.metacred(["roles"])).stdout).toContain("afp/Developer\n");
  expect((await world.metacred(["keys", "list"])).stdout).toBe("afp  header\n");
  expect(await world.metacred(["credential-process", "--role", "k"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('there are no keys "afp" in the keychain'),
  });
  expect(await world.metacred(["keys", "remove", "afp"])).toMatchObject({ stderr: 'removed "afp"\n', exitCode: 0 });
  expect((await ask()).exitCode).toBe(4);
});

test.each<[string, string, string[], string]>([
  ["an empty header", "\n", ["a", "--header", "--stdin"], "this is no value of a header"],
  ["a header of two lines", "a\nX-Other: b\n", ["a", "--header", "--stdin"], "this is no value of a header"],
  ["a session's keys", `ASIAABCDEFGHIJKLMNOP\n${"x".repeat(40)}\n`, ["a", "--stdin"], "begins with AKIA"],
  ["half a secret", `${DEMO_USER.accessKeyId}\nshort\n`, ["a", "--stdin"], "the secret access key has 40"],
  ["nothing", "", ["a", "--stdin"], "these are no keys of an IAM user"],
  ["no name", GOOD, ["--stdin"], "needs NAME"],
  ["a name with a path", GOOD, ["../a", "--stdin"], "is no name"],
  ["no terminal", GOOD, ["a"], "there is no terminal to ask for the keys on"],
])("refused with exit 2: %s", async (_title, text, words, message) => {
  await using world = await testWorld({ config: CONFIG });
  const { stderr, exitCode } = await add(world, text, ...words);
  expect(stderr).toContain(message);
  expect(exitCode).toBe(2);
  expect(stderr).not.toContain(DEMO_USER.secretAccessKey);
});

test("removing what is not there: exit 2", async () => {
  await using world = await testWorld({ config: CONFIG });
  expect(await world.metacred(["keys", "remove", "a"])).toMatchObject({
    stderr: 'metacred: there are no keys "a" in the keychain\n  try: metacred keys list\n',
    exitCode: 2,
  });
});
