// `serve` in the foreground, at a real terminal: Ctrl-C and a closed window tear everything down.
import { describe, expect, test } from "bun:test";
import { canUseNetns, netns } from "../support/netns.ts";
import { openTerminal } from "../support/terminal.ts";
import { untilTrue } from "../support/until.ts";
import { type World, testWorld } from "../support/world.ts";

const leftovers = async (world: World) => {
  const script =
    "nft list ruleset; ip -oneline address show dev lo | grep 169.254; find $XDG_RUNTIME_DIR/metacred -type s -o -name '*.lock'";
  return (await world.run(["sh", "-c", script])).stdout;
};

describe.skipIf(!canUseNetns(["nft"]))("serve in the foreground", () => {
  test("Ctrl-C", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    const argv = ["ip", "netns", "exec", ns.name, world.binary, "serve", "--role", "dev"];
    await using terminal = openTerminal(argv, world.env, world.folder);
    await terminal.untilShown("serving dev");
    expect(await leftovers(world)).toContain("dnat to 127.0.0.1");
    terminal.type("\u0003");
    expect(await terminal.exited).toBe(0);
    expect(await leftovers(world)).toBe("");
    expect(terminal.screen()).toContain("info stopped");
  });

  test("the window is closed", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    const argv = ["ip", "netns", "exec", ns.name, world.binary, "serve", "--role", "dev"];
    await using terminal = openTerminal(argv, world.env, world.folder);
    await terminal.untilShown("serving dev");
    terminal.close();
    await untilTrue("nothing is left", async () => (await leftovers(world)) === "", 2000);
  });

  test("SIGHUP without a terminal reads the configuration again; SIGTERM ends it", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    const daemon = ns.spawn([world.binary, "serve", "--role", "dev"], { env: world.env });
    let said = "";
    const reading = (async () => {
      for await (const bytes of daemon.stderr) said += new TextDecoder().decode(bytes);
    })();
    await untilTrue("it serves", () => said.includes("serving dev"));
    world.file("config.toml", 'base = "corp"\n[roles.dev]\nrole_arn = "arn:aws:iam::222233334444:role/ReadOnly"\n');
    process.kill(await world.daemonPid(), "SIGHUP");
    await untilTrue("it has read it", () => said.includes("read the configuration again"));
    expect(JSON.parse((await world.metacred(["status", "--json"])).stdout).role).toMatchObject({
      name: "dev",
      arn: "arn:aws:iam::222233334444:role/ReadOnly",
    });
    world.file("config.toml", "[");
    process.kill(await world.daemonPid(), "SIGHUP");
    await untilTrue("it keeps the old one", () => said.includes("kept the old configuration"));
    process.kill(await world.daemonPid(), "SIGTERM");
    expect(await daemon.exited).toBe(0);
    await reading;
    expect(await leftovers(world)).toBe("");
  });
});
