// An ordinary user with a password at a real terminal: asked exactly once, and everything outlives the terminal.
import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { type Alice, createAlice } from "../support/alice.ts";
import { type Netns, canUseNetns, netns } from "../support/netns.ts";
import { type TestTerminal, openTerminal } from "../support/terminal.ts";
import { untilTrue } from "../support/until.ts";
import { type World, asUser, testWorld } from "../support/world.ts";

const PROMPT = "[metacred] password for alice:";
const OTHER_UID = 65_534;

async function worldOf(ns: Netns, alice: Alice): Promise<World> {
  const world = await testWorld({ ns, enter: alice.enter });
  chmodSync(world.folder, 0o755);
  await world.run(["chown", "-R", `${alice.uid}:${alice.uid}`, world.folder]);
  return world;
}

function shellOf(world: World, alice: Alice): TestTerminal {
  return openTerminal([...alice.enter, ...asUser(alice.uid), "/bin/bash", "--norc"], world.env, world.folder);
}

const prompts = (terminal: TestTerminal) => terminal.screen().split(PROMPT).length - 1;
const rulesAndAlias = async (world: World) => {
  const rules = await world.run(["nft", "list", "ruleset"]);
  const addresses = await world.run(["ip", "-oneline", "address", "show", "dev", "lo"]);
  return { rules: rules.stdout.includes("dnat to 127.0.0.1"), alias: addresses.stdout.includes("169.254.169.254") };
};

describe.skipIf(!canUseNetns(["nft", "sudo", "useradd"]))("serve --background for a user with a password", () => {
  test.each(["use_pty", "!use_pty", "log_input"])(
    "%s: asked once; outlives the terminal; stop asks nothing",
    async (option) => {
      await using ns = await netns();
      await using alice = await createAlice(ns, `Defaults ${option}\n`);
      await using world = await worldOf(ns, alice);
      await using terminal = shellOf(world, alice);
      terminal.type(`${world.binary} serve --role dev --background\n`);
      await terminal.untilShown(PROMPT);
      terminal.type(`${alice.password}\n`);
      await terminal.untilShown("serving dev (arn:aws:iam::111122223333:role/Developer)");
      expect(prompts(terminal)).toBe(1);
      terminal.close();
      await terminal.exited;

      const as = { uid: alice.uid };
      expect((await world.metacred(["status", "--check"], as)).exitCode).toBe(0);
      const token = [
        "curl",
        "-sS",
        "-X",
        "PUT",
        "-H",
        "X-aws-ec2-metadata-token-ttl-seconds: 60",
        "http://169.254.169.254/latest/api/token",
      ];
      expect((await world.run(token, as)).stdout).toHaveLength(56);
      expect(await world.run(token, { uid: OTHER_UID })).toMatchObject({ stdout: "", exitCode: 7 });
      expect(await rulesAndAlias(world)).toEqual({ rules: true, alias: true });
      await world.run(["nft", "flush", "ruleset"]);
      await untilTrue("the rules are back", async () => (await rulesAndAlias(world)).rules);

      expect((await world.metacred(["stop"], as)).exitCode).toBe(0);
      expect(await rulesAndAlias(world)).toEqual({ rules: false, alias: false });
    },
  );

  test("kill -9 of her daemon after the terminal was closed", async () => {
    await using ns = await netns();
    await using alice = await createAlice(ns);
    await using world = await worldOf(ns, alice);
    await using terminal = shellOf(world, alice);
    terminal.type(`${world.binary} serve --role dev --background\n`);
    await terminal.untilShown(PROMPT);
    terminal.type(`${alice.password}\n`);
    await terminal.untilShown("serving dev");
    terminal.close();
    const { stdout } = await world.metacred(["status", "--json"], { uid: alice.uid });
    process.kill((JSON.parse(stdout) as { pid: number }).pid, "SIGKILL");
    await untilTrue(
      "rules and alias are gone",
      async () => {
        const { rules, alias: address } = await rulesAndAlias(world);
        return !rules && !address;
      },
      2000,
    );
  });

  test("Ctrl-C at the prompt: exit 5, nothing left behind", async () => {
    await using ns = await netns();
    await using alice = await createAlice(ns);
    await using world = await worldOf(ns, alice);
    await using terminal = shellOf(world, alice);
    terminal.type(`${world.binary} serve --role dev --background; echo "exit is $?"\n`);
    await terminal.untilShown(PROMPT);
    await terminal.pressUntilShown("\u0003", "exit is 5");
    expect(await rulesAndAlias(world)).toEqual({ rules: false, alias: false });
    expect((await world.metacred(["status"], { uid: alice.uid })).exitCode).toBe(3);
    expect((await world.run(["pgrep", "-f", `__daemon.*${world.folder}`])).stdout).toBe("");
  });

  test("no terminal, password needed: exit 5 in words, nothing left behind", async () => {
    await using ns = await netns();
    await using alice = await createAlice(ns);
    await using world = await worldOf(ns, alice);
    const result = await world.metacred(["serve", "--role", "dev", "--background"], { uid: alice.uid });
    expect(result).toMatchObject({ stdout: "", exitCode: 5 });
    expect(result.stderr).toContain("  try: metacred serve --no-redirect");
    expect(await rulesAndAlias(world)).toEqual({ rules: false, alias: false });
  });

  test("sudo metacred serve is refused in words", async () => {
    await using ns = await netns();
    await using alice = await createAlice(ns);
    await using world = await worldOf(ns, alice);
    const result = await world.metacred(["serve"], { env: { SUDO_UID: String(alice.uid) } });
    expect(result).toMatchObject({ stdout: "", exitCode: 2 });
    expect(result.stderr).toMatch(
      /^metacred: metacred does not run as root on your behalf.*\n {2}try: metacred serve, without sudo\n$/,
    );
  });
});
