// The redirect alone: `metacred net`, beside a daemon, after one was killed, and installed.
import { describe, expect, test } from "bun:test";
import { canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { type World, testWorld } from "../support/world.ts";
import { killTree, rootPart } from "./guard.ts";

const TOKEN = ["curl", "-sS", "-m", "2", "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60"];
const ask = (world: World, uid?: number) =>
  world.run([...TOKEN, "http://169.254.169.254/latest/api/token"], uid === undefined ? {} : { uid });
const leftovers = async (world: World) => {
  const script = "nft list ruleset; ip -o address show dev lo | grep -e 169.254 -e fd00; find $XDG_RUNTIME_DIR -type p";
  return (await world.run(["sh", "-c", script])).stdout;
};
const netStatus = async (world: World, how = {}) =>
  JSON.parse((await world.metacred(["net", "status", "--json"], how)).stdout) as Record<string, unknown>;

describe.skipIf(!canUseNetns(["nft", "curl", "mkfifo"]))("net up and net down", () => {
  test("without a daemon: exit 3, and nothing changes", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    expect(await world.metacred(["net", "up"])).toMatchObject({
      exitCode: 3,
      stderr: "metacred: metacred is not running\n  try: metacred serve --background\n",
    });
    expect((await world.metacred(["net", "down"])).exitCode).toBe(0);
    expect(await leftovers(world)).toBe("");
  });

  test("a daemon in endpoint mode gets its redirect, loses it, gets it again; each twice over", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background", "--no-redirect"]);
    for (const _round of ["first", "second"]) {
      for (const _time of ["once", "twice"]) {
        expect((await world.metacred(["net", "up"])).stderr).toContain("169.254.169.254 leads to metacred (nft)");
        expect((await ask(world)).stdout).toHaveLength(56);
        expect(await netStatus(world)).toMatchObject({
          daemon: true,
          redirect: { method: "nft", healthy: true, root_part: "running" },
          leftovers: false,
          foreign: null,
        });
      }
      await world.run(["nft", "flush", "ruleset"]);
      await untilTrue("the rules are back", async () => (await ask(world)).exitCode === 0);
      for (const _time of ["once", "twice"]) {
        expect((await world.metacred(["net", "down"])).stderr).toContain("nothing of the redirect is left");
        expect(await leftovers(world)).toBe("");
        expect((await world.metacred(["status", "--check"])).exitCode).toBe(0);
      }
    }
    await world.metacred(["net", "up"]);
    process.kill(await world.daemonPid(), "SIGKILL");
    await untilTrue("nothing is left", async () => (await leftovers(world)) === "", 2000);
  });

  test("stop after net up leaves nothing", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background", "--no-redirect"]);
    await world.metacred(["net", "up"]);
    expect((await world.metacred(["stop"])).exitCode).toBe(0);
    expect(await leftovers(world)).toBe("");
  });

  test("daemon and root's part killed at once: said, and net down removes it, twice over", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    const daemon = await world.daemonPid();
    await killTree(ns, await rootPart(ns));
    process.kill(daemon, "SIGKILL");
    expect(await netStatus(world)).toMatchObject({ daemon: false, alias: true, leftovers: true });
    expect((await world.metacred(["net", "status"])).stdout).toContain("metacred net down");
    expect(await leftovers(world)).toContain("dnat");
    for (const _time of ["once", "twice"]) {
      expect((await world.metacred(["net", "down"])).exitCode).toBe(0);
      expect(await leftovers(world)).toBe("");
      expect(await netStatus(world)).toMatchObject({ alias: false, leftovers: false });
    }
  });

  test("all of root's part killed: status says so, and net up starts another", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    await killTree(ns, await rootPart(ns));
    await untilTrue("status says so", async () =>
      (await world.metacred(["status"])).stdout.includes("root's part has ended (metacred net up)"),
    );
    expect((await world.metacred(["net", "up"])).exitCode).toBe(0);
    expect((await world.metacred(["status"])).stdout).toMatch(/redirect +nft, checked\n/);
    expect((await world.metacred(["stop"])).exitCode).toBe(0);
    expect(await leftovers(world)).toBe("");
  });

  test("plan prints what root runs, byte for byte", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    const { argv, summary } = JSON.parse((await world.metacred(["net", "plan", "--json"])).stdout);
    expect(summary).toContain("sends its port 80 to 127.0.0.1:25772");
    const text = (await world.metacred(["net", "plan"])).stdout;
    const printed = await world.run(["sh", "-c", `set -- ${text.slice(text.indexOf("/bin/sh"))}\nprintf '%s\\0' "$@"`]);
    expect(printed.stdout.split("\0").slice(0, -1)).toEqual(argv);
    await world.metacred(["serve", "--role", "dev", "--background"]);
    const running = await world.run(["cat", `/proc/${await rootPart(ns)}/cmdline`]);
    expect(running.stdout.split("\0").slice(0, -1)).toEqual(argv);
  });
});
