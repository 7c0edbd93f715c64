// A credential_process that runs metacred: fine for another role, a loop for its own.
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CONFIG, type World, freePort, testWorld } from "../support/world.ts";

const LOOP = {
  stdout: "",
  stderr:
    'metacred: the credential_process of the AWS profile "loop" runs metacred, which would run it again: a loop\n' +
    '  try: correct credential_process of "loop" in the AWS config file\n',
  exitCode: 2,
};
const ENDPOINT = ["serve", "--no-redirect", "--background"];

/** `asks`: how metacred is asked for a profile's own role. Without a loop's end it stops by itself after a few rounds. */
async function looping(asks: string): Promise<World & { rounds(): number }> {
  const world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n` });
  const file = join(world.folder, "rounds");
  const script = world.file(
    "process.sh",
    `echo round >>'${file}'; [ "$(wc -l <'${file}')" -lt 6 ] || exit 1; exec '${world.binary}' ${asks}\n`,
  );
  const fine = `[profile fine]\ncredential_process = '${world.binary}' credential-process --role dev\n`;
  const text = `[profile corp]\nregion = eu-central-1\n[profile loop]\ncredential_process = sh '${script}'\n${fine}`;
  world.file("aws/config", text);
  const rounds = () => (existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0);
  return Object.assign(world, { rounds });
}

describe.each(["credential-process --role loop", "env --role loop"])("%s", (asks) => {
  test("without a daemon: run once, and told", async () => {
    await using world = await looping(asks);
    expect(await world.metacred(["credential-process", "--role", "loop"])).toEqual(LOOP);
    expect(world.rounds()).toBe(1);
  });

  test("with a daemon: at once, though the fetch that is asked for is the one that asks", async () => {
    await using world = await looping(asks);
    await world.metacred([...ENDPOINT, "--role", "dev"]);
    const startedMs = performance.now();
    expect(await world.metacred(["use", "loop"])).toEqual(LOOP);
    expect(world.rounds()).toBe(1);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
    expect((await world.metacred(["status", "--format", "{role}"])).stdout).toBe("dev\n");
  });
});

test("the served role, by its own process", async () => {
  await using world = await looping("credential-process");
  await world.metacred([...ENDPOINT, "--role", "dev"]);
  // What it gets is dev's: that is no loop until it is the role that is served.
  expect((await world.metacred(["use", "loop"])).exitCode).toBe(0);
  expect(await world.metacred(["credential-process"])).toMatchObject({ exitCode: 0 });
});

test.each([true, false])("a process that asks for another role; with a daemon: %p", async (hasDaemon) => {
  await using world = await looping("");
  if (hasDaemon) await world.metacred([...ENDPOINT, "--role", "prod-readonly"]);
  const { stdout, stderr, exitCode } = await world.metacred(["credential-process", "--role", "fine"]);
  expect([stderr, exitCode, JSON.parse(stdout)]).toEqual(["", 0, expect.objectContaining({ Version: 1 })]);
});
