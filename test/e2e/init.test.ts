// From AWS profiles to a served role by what the program prints.
import { expect, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { openTerminal } from "../support/terminal.ts";
import { type World, freePort, testWorld } from "../support/world.ts";

const AWS_CONFIG = `[profile dev]\nrole_arn = ${DEMO_ROLES.developer}\nsource_profile = corp
[profile prod-readonly]\nrole_arn = ${DEMO_ROLES.readOnly}\nsource_profile = corp\n`;

const fileOf = (world: World) => join(world.folder, "new/config.toml");

async function machine(): Promise<World> {
  const world = await testWorld({ awsConfig: AWS_CONFIG });
  world.env["METACRED_CONFIG"] = fileOf(world);
  return world;
}

test("init, serve, use: each says the next", async () => {
  await using world = await machine();
  expect(await world.metacred(["init"])).toEqual({
    stdout: "",
    stderr: `wrote ${fileOf(world)}: 2 roles, base corp\n  next: metacred serve --background serves dev, metacred use switches\n`,
    exitCode: 0,
  });
  expect(statSync(fileOf(world)).mode & 0o777).toBe(0o600);
  expect(existsSync(join(world.folder, "new/config.schema.json"))).toBe(true);
  const port = String(freePort());
  const serving = await world.metacred(["serve", "--background", "--no-redirect", "--port", port]);
  expect(serving).toMatchObject({
    stdout: `AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:${port}/\n`,
    exitCode: 0,
  });
  await using terminal = openTerminal([world.binary, "use"], world.env, world.folder);
  await terminal.untilShown("3 of 3");
  terminal.type("prod\r");
  expect(await terminal.exited).toBe(0);
  expect((await world.metacred(["status", "--format", "{role}"])).stdout).toBe("prod-readonly\n");
});

test("what is there is kept, unless its owner says otherwise", async () => {
  await using world = await machine();
  world.file("new/config.toml", "# mine\n");
  expect(await world.metacred(["init"])).toEqual({
    stdout: "",
    stderr: `metacred: ${fileOf(world)} exists already\n  try: metacred init --print, or metacred init --yes to replace it\n`,
    exitCode: 2,
  });
  await using refusing = openTerminal([world.binary, "init"], world.env, world.folder);
  await refusing.untilShown("Type replace to replace it: ");
  refusing.type("n\n");
  expect(await refusing.exited).toBe(2);
  expect(readFileSync(fileOf(world), "utf8")).toBe("# mine\n");
  await using agreeing = openTerminal([world.binary, "init"], world.env, world.folder);
  await agreeing.untilShown("Type replace to replace it: ");
  agreeing.type("replace\n");
  expect(await agreeing.exited).toBe(0);
  expect(readFileSync(fileOf(world), "utf8")).toContain("[roles.prod-readonly]");
});

test("--print writes nothing, --yes asks nothing; a folder that cannot be written is said", async () => {
  await using world = await machine();
  const { stdout, stderr, exitCode } = await world.metacred(["init", "--print"]);
  expect({ stderr, exitCode, written: existsSync(fileOf(world)) }).toEqual({ stderr: "", exitCode: 0, written: false });
  expect((await world.metacred(["init", "--yes"])).exitCode).toBe(0);
  expect(readFileSync(fileOf(world), "utf8")).toBe(stdout);
  const env = { METACRED_CONFIG: "/proc/nothing/config.toml" };
  const refused = await world.metacred(["init"], { env });
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toMatch(/^metacred: \/proc\/nothing cannot be made: .*\n {2}try: metacred init --print\n$/);
});

test("a machine without any AWS profile: roles, init and serve name what makes one", async () => {
  await using world = await machine();
  Object.assign(world.env, {
    AWS_CONFIG_FILE: "/nonexistent/config",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/keys",
  });
  expect(await world.metacred(["init"])).toMatchObject({
    stderr: expect.stringContaining("aws configure sso"),
    exitCode: 0,
  });
  expect(await world.metacred(["roles"])).toEqual({
    stdout: "",
    stderr: "there are no roles yet: aws configure sso, then metacred init\n",
    exitCode: 0,
  });
  expect(await world.metacred(["roles", "--json"])).toEqual({ stdout: "[]\n", stderr: "", exitCode: 0 });
  expect(await world.metacred(["serve", "--no-redirect"])).toMatchObject({
    stderr: expect.stringContaining("try: aws configure sso"),
    exitCode: 2,
  });
});
