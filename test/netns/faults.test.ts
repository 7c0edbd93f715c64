// Whatever goes wrong while serving: recovered or cleaned within 10 s (a killed daemon: 2 s), told truthfully by
// `status`, and no leftover. Others of the table: guard-life, net, net-install, sudo and foreground tests.
import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { createAlice } from "../support/alice.ts";
import { type Netns, canUseNetns, netns } from "../support/netns.ts";
import { openTerminal } from "../support/terminal.ts";
import { untilTrue } from "../support/until.ts";
import { startGuard } from "./guard.ts";
import { CONFIG, type World, asUser, isAlive, testWorld } from "../support/world.ts";

const TOKEN = ["curl", "-s", "-m", "2", "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60"];
const token = (world: World, uid?: number, address = "169.254.169.254") =>
  world.run([...TOKEN, `http://${address}/latest/api/token`], uid === undefined ? {} : { uid });
const leftovers = async (world: World) => {
  const script = `nft list ruleset | grep -i -e metacred_; ip -o address show dev lo | grep -e 169.254 -e fd00
    find $XDG_RUNTIME_DIR -name '*.lock' -o -type p`;
  return (await world.run(["sh", "-c", script])).stdout;
};
const check = async (world: World) => (await world.metacred(["status", "--check"])).exitCode;
const serve = (world: World) => world.metacred(["serve", "--role", "dev", "--background"]);

const config = (method: string) => `${CONFIG}[redirect]\nmethod = "${method}"\n[imds]\nipv6 = true\n`;

type Fault = [what: string, method: "nft" | "iptables", commands: string];
const FAULTS: Fault[] = [
  ["nft flush ruleset", "nft", "nft flush ruleset"],
  ["iptables -t nat -F, where the rules are iptables'", "iptables", "iptables -t nat -F; ip6tables -t nat -F"],
  ["iptables-save | iptables-restore without ours", "iptables", "printf '*nat\\nCOMMIT\\n' | iptables-restore"],
  [
    "the aliases removed",
    "nft",
    "ip address flush dev lo label lo:metacred; ip -6 address del fd00:ec2::254/128 dev lo",
  ],
  ["all of it at once", "nft", "nft flush ruleset; ip address flush dev lo label lo:metacred"],
  ["the interface down and up", "nft", "ip link set lo down; ip link set lo up"],
];

describe.skipIf(!canUseNetns(["nft", "iptables", "curl"]))("while serving", () => {
  test.each(FAULTS)("%s (%s): recovered, then stop leaves nothing", async (_, method, commands) => {
    await using ns = await netns();
    await using world = await testWorld({ ns, config: config(method) });
    expect((await serve(world)).stderr).toContain("serving dev");
    expect((await token(world, undefined, "[fd00:ec2::254]")).stdout).toHaveLength(56);
    expect((await world.run(["sh", "-c", commands])).exitCode).toBe(0);
    await untilTrue("IPv4 is back", async () => (await token(world)).exitCode === 0);
    await untilTrue("IPv6 is back", async () => (await token(world, undefined, "[fd00:ec2::254]")).exitCode === 0);
    await untilTrue("status says so", async () => (await check(world)) === 0);
    expect((await world.metacred(["stop"])).exitCode).toBe(0);
    expect(await leftovers(world)).toBe("");
  });

  test("iptables -t nat -F, where the rules are nft's: nothing happens", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await serve(world);
    await world.run(["iptables", "-t", "nat", "-F"]);
    expect((await token(world)).stdout).toHaveLength(56);
  });

  test("status tells the truth while requests do not arrive", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await serve(world);
    // Somebody else's rule, ahead of ours: nothing that could be repaired.
    const rules = `add table ip other; add chain ip other c { type nat hook output priority -150 ; }
      add rule ip other c ip daddr 169.254.169.254 tcp dport 80 dnat to 127.0.0.1:9`;
    expect((await world.run(["nft", rules])).stderr).toBe("");
    expect(await check(world)).toBe(1);
    expect((await world.metacred(["status"])).stdout).toContain("nft: requests do not arrive");
    await world.run(["nft", "delete", "table", "ip", "other"]);
    expect(await check(world)).toBe(0);
  });

  test("SIGTERM: all is gone when it has ended", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await serve(world);
    const pid = await world.daemonPid();
    process.kill(pid, "SIGTERM");
    await untilTrue("it has ended", () => !isAlive(pid), 2000);
    expect(await leftovers(world)).toBe("");
  });

  test("two users at once, one killed: the other goes on", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await using theirs = await testWorld({ ns });
    chmodSync(theirs.folder, 0o755);
    await theirs.run(["chown", "-R", "12001:12001", theirs.folder]);
    await serve(world);
    // No sudo here: the other user's daemon is in endpoint mode, and root's part is what sudo would run.
    await theirs.metacred(["serve", "--role", "prod-readonly", "--background", "--no-redirect", "--port", "26000"], {
      uid: 12_001,
    });
    const guard = await startGuard(ns, { port: 26_000, owner: 12_001 });
    expect((await token(theirs, 12_001)).stdout).toHaveLength(56);
    process.kill(await world.daemonPid(), "SIGKILL");
    await untilTrue("root's is gone", async () => !(await leftovers(world)).includes("metacred_0 "), 2000);
    expect((await token(theirs, 12_001)).stdout).toHaveLength(56);
    expect((await token(world)).exitCode).toBe(7);
    await guard.close();
    expect(await leftovers(world)).toBe("");
    process.kill(
      (JSON.parse((await theirs.metacred(["status", "--json"], { uid: 12_001 })).stdout) as { pid: number }).pid,
    );
  });

  test("100 rounds of start and kill -9: no failure, no leftover", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    for (let round = 0; round < 100; round++) {
      const { stderr, exitCode } = await serve(world);
      expect({ round, exitCode, stderr }).toEqual({
        round,
        exitCode: 0,
        stderr: expect.stringContaining("serving dev"),
      });
      process.kill(await world.daemonPid(), "SIGKILL");
    }
    await untilTrue("nothing is left", async () => (await leftovers(world)) === "", 2000);
  }, 120_000);

  test("a power cut: all killed at once, the next serve starts and leaves nothing", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    for (let round = 0; round < 3; round++) {
      await serve(world);
      await cutPower(ns, world);
      expect(await leftovers(world)).toContain("metacred_0");
    }
    expect((await serve(world)).exitCode).toBe(0);
    expect((await world.metacred(["stop"])).exitCode).toBe(0);
    expect(await leftovers(world)).toBe("");
  });
});

// Every process in the namespace, but the mock AWS. Stopped first, so that none sees another's end.
async function cutPower(ns: Netns, world: World): Promise<void> {
  const daemon = await world.daemonPid();
  const script = `pids="$1 $(ip netns pids "$2" | while read -r p; do
    tr '\\0' '\\n' <"/proc/$p/cmdline" | grep -qx metacred-redirect && echo "$p"; done)"
    kill -STOP $pids; kill -KILL $pids`;
  const cut = Bun.spawnSync(["sh", "-c", script, "sh", String(daemon), ns.name], { stderr: "pipe" });
  expect(cut.stderr.toString()).toBe("");
  await untilTrue("the daemon has ended", () => !isAlive(daemon));
}

describe.skipIf(!canUseNetns(["nft", "sudo", "useradd"]))("Ctrl-C at the password prompt", () => {
  test.each(["use_pty", "!use_pty"])("%s: nothing is left, and it says what to do", async (option) => {
    await using ns = await netns();
    await using alice = await createAlice(ns, `Defaults ${option}\n`);
    await using world = await testWorld({ ns, enter: alice.enter });
    chmodSync(world.folder, 0o755);
    await world.run(["chown", "-R", `${alice.uid}:${alice.uid}`, world.folder]);
    const shell = [...alice.enter, ...asUser(alice.uid), "/bin/bash", "--norc"];
    await using terminal = openTerminal(shell, world.env, world.folder);
    terminal.type(`${world.binary} serve --role dev --background\n`);
    await terminal.untilShown("[metacred] password for alice:");
    // sudo throws away what was typed before it had switched off the echo.
    await untilTrue("the shell is back", async () => {
      terminal.type("\u0003");
      await world.run(["true"]);
      return terminal.screen().split("$ ").length > 2;
    });
    expect(await leftovers(world)).toBe("");
    const status = await world.metacred(["status"], { uid: alice.uid });
    expect(status.exitCode).toBe(3);
  });
});
