// A person gives up on a start or a switch that takes long.
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { requireTools } from "../support/require-tools.ts";
import { openTerminal } from "../support/terminal.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, freePort, isAlive, testWorld } from "../support/world.ts";

test.each([
  ["Ctrl-C", 130, "^C"],
  ["SIGTERM, as of timeout", 143, ""],
])(
  "%s while serve --background gets the role: no daemon is left that would serve it later",
  async (how, code, screen) => {
    await using world = await testWorld();
    await world.aws({ do: "hold", action: "AssumeRole" });
    const words = ["serve", "--background", "--no-redirect", "--role", "dev", "--port", String(freePort())];
    await using terminal = openTerminal([world.binary, ...words], world.env, world.folder);
    await world.aws({ do: "untilCalled", action: "AssumeRole", times: 1 });
    const log = readFileSync(join(world.folder, "home/.local/state/metacred/metacred.log"), "utf8");
    const pid = Number(/starting pid=(\d+)/.exec(log)?.[1]);
    expect(isAlive(pid)).toBe(true);
    if (how === "Ctrl-C") terminal.type("\u0003");
    else terminal.kill("SIGTERM");
    expect([await terminal.exited, isAlive(pid), terminal.screen()]).toEqual([code, false, screen]);
    await world.aws({ do: "release", action: "AssumeRole" });
    expect(await world.metacred(words)).toMatchObject({ exitCode: 0 });
  },
);

test.skipIf(!requireTools(["nohup"], { platform: "linux" }))("nohup: the end of a terminal ends nothing", async () => {
  await using world = await testWorld();
  const pidFile = join(world.folder, "pid");
  const go = join(world.folder, "go");
  const script = `echo $$ > '${pidFile}'; until [ -e '${go}' ]; do :; done; '${world.binary}' credential-process --role dev`;
  const file = world.file("process.sh", script);
  world.file(
    "aws/config",
    `[profile corp]\nregion = eu-central-1\n[profile slow]\ncredential_process = sh '${file}'\n`,
  );
  const words = ["nohup", world.binary, "exec", "--role", "slow", "--", "sh", "-c", "echo still there"];
  const child = Bun.spawn(words, { env: world.env, cwd: world.folder, stdio: ["ignore", "pipe", "inherit"] });
  await untilTrue("it runs", () => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "");
  child.kill("SIGHUP");
  world.file("go", "");
  expect(await new Response(child.stdout).text()).toBe("still there\n");
});

test("Ctrl-C on use: the role that was on its way is not served behind one's back", async () => {
  await using world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n` });
  await world.metacred(["serve", "--background", "--no-redirect", "--role", "dev"]);
  await world.aws({ do: "hold", action: "AssumeRole" });
  await using terminal = openTerminal([world.binary, "use", "prod-readonly"], world.env, world.folder);
  await world.aws({ do: "untilCalled", action: "AssumeRole", times: 2 });
  terminal.type("\u0003");
  expect(await terminal.exited).toBe(130);
  await world.aws({ do: "release", action: "AssumeRole" });
  // Whoever asks for the session hears when it has come.
  expect((await world.metacred(["env", "--role", "prod-readonly"])).exitCode).toBe(0);
  expect((await world.metacred(["status", "--format", "{role}"])).stdout).toBe("dev\n");
});

test.each([
  ["env", ["env", "--role", "slow"]],
  ["exec", ["exec", "--role", "slow", "--", "true"]],
  ["serve --background", ["serve", "--background", "--no-redirect", "--role", "slow"]],
])("Ctrl-C on %s takes the credential_process along", async (_title, words) => {
  await using world = await testWorld({ config: `${CONFIG}[imds]\nport = ${freePort()}\n` });
  const pidFile = join(world.folder, "pid");
  world.file("aws/config", `[profile slow]\ncredential_process = echo $$ > '${pidFile}'; sleep 100; true\n`);
  await using terminal = openTerminal([world.binary, ...words], world.env, world.folder);
  const pid = () => Number(existsSync(pidFile) ? readFileSync(pidFile, "utf8") : 0);
  await untilTrue("it runs", () => pid() > 0);
  terminal.type("\u0003");
  expect(await terminal.exited).toBe(130);
  await untilTrue("it has ended", () => !isAlive(pid()));
});
