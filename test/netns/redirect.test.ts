import { describe, expect, test } from "bun:test";
import { planRedirect } from "../../src/redirect/linux.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { eventually, firstLine, FURNITURE, get, startGuard, startServer, traces } from "./guard.ts";

const OWNER = 12001;
const STRANGER = 12002;
const able = canUseNetns(["nft", "iptables", "iptables-nft", "iptables-legacy", "curl", "unshare"]);

describe.skipIf(!able).each(Object.entries(FURNITURE))("%s", (_, furniture) => {
  test("redirects its users alone, and undoes everything when its input ends", async () => {
    await using ns = await netns();
    const { port } = await startServer(ns);
    const guard = await startGuard(ns, { port, users: [OWNER, 0], furniture });

    expect(guard.said).toEqual({ up: furniture.up });
    expect(await get(ns, OWNER)).toBe("server sees 169.254.169.254");
    expect(await get(ns, 0)).toBe("server sees 169.254.169.254");
    expect(await get(ns, STRANGER)).toBe("curl 7");
    expect(await traces(ns)).toContain("inet 169.254.169.254/32 scope host lo:metacred");

    const startMs = performance.now();
    expect(await guard.close()).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(await traces(ns)).toEqual([]);
    expect(await get(ns, OWNER)).toBe("curl 7");
  });

  test("for all users", async () => {
    await using ns = await netns();
    const { port } = await startServer(ns);
    await startGuard(ns, { port, users: "*", furniture });
    expect(await get(ns, STRANGER)).toBe("server sees 169.254.169.254");
  });

  test("a line applies anew what somebody flushed", async () => {
    await using ns = await netns();
    const { port } = await startServer(ns);
    const guard = await startGuard(ns, { port, users: [OWNER], furniture });
    await ns.run(["nft", "flush", "ruleset"]);
    await ns.run(furniture.wrap(["iptables", "-t", "nat", "-F"]));
    await ns.run(furniture.wrap(["iptables", "-t", "nat", "-X"]));
    await ns.run(["ip", "address", "flush", "dev", "lo", "label", "lo:metacred"]);
    expect(await get(ns, OWNER)).toBe("curl 7");

    guard.again();
    const answer = await eventually(
      () => get(ns, OWNER),
      (seen) => seen.startsWith("server"),
    );
    expect(answer).toBe("server sees 169.254.169.254");
    expect(await guard.close()).toBe(0);
    expect(await traces(ns)).toEqual([]);
  });

  test("a Docker that starts later and publishes port 80 does not get the requests after a line", async () => {
    await using ns = await netns();
    const ours = await startServer(ns, "ours");
    const docker = await startServer(ns, "docker");
    const guard = await startGuard(ns, { port: ours.port, users: [OWNER], furniture });
    const rule = ["!", "-d", "127.0.0.0/8", "-p", "tcp", "--dport", "80", "-m", "addrtype", "--dst-type", "LOCAL"];
    const target = ["-j", "DNAT", "--to-destination", `127.0.0.1:${docker.port}`];
    await ns.run(furniture.wrap(["iptables", "-t", "nat", "-I", "OUTPUT", "1", ...rule, ...target]));
    if (furniture.up === "iptables") {
      // In the one chain that both share the last comer is first, so ours has to come again.
      expect(await get(ns, OWNER)).toBe("docker sees 169.254.169.254");
      guard.again();
    }
    const answer = await eventually(
      () => get(ns, OWNER),
      (seen) => seen.startsWith("ours"),
    );
    expect(answer).toBe("ours sees 169.254.169.254");
    expect(await get(ns, STRANGER)).toBe("docker sees 169.254.169.254");
  });
});

describe.skipIf(!able)("the guard", () => {
  test("leaves an address alone that somebody set by hand", async () => {
    await using ns = await netns();
    await ns.run(["ip", "address", "add", "169.254.169.254/32", "dev", "lo", "scope", "host"]);
    const { port } = await startServer(ns);
    const guard = await startGuard(ns, { port });
    expect(await get(ns, OWNER)).toBe("server sees 169.254.169.254");
    await guard.close();
    expect(await traces(ns)).toEqual(["inet 169.254.169.254/32 scope host lo"]);
  });

  test("does not load the nat table of a legacy iptables by looking", async () => {
    await using ns = await netns();
    const guard = await startGuard(ns, { port: 1 });
    await guard.close();
    expect((await ns.run(["cat", "/proc/net/ip_tables_names"])).stdout).not.toContain("nat");
  });

  test("says that loopback is down, and changes nothing", async () => {
    await using ns = await netns();
    await ns.run(["ip", "link", "set", "lo", "down"]);
    const guard = await startGuard(ns, { port: 1 });
    expect(guard.said).toEqual({ failed: "the loopback interface lo is down, or ip is not installed" });
    expect(await guard.process.exited).toBe(1);
    expect(await traces(ns)).toEqual([]);
  });

  test("names both tools' reasons where neither works", async () => {
    await using ns = await netns();
    const { argv } = planRedirect({
      method: "auto",
      port: 1,
      users: "*",
      ownerUid: OWNER,
      isRoot: true,
      sudo: undefined,
    });
    const noAdmin = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"];
    const { stderr, exitCode } = await ns.run([...noAdmin, ...argv]);
    expect(stderr).toMatch(/^FAIL nft: .*Operation not permitted.* iptables: .*Permission denied/);
    expect(exitCode).toBe(1);
  });

  test("runs none but the system's tools, whatever its environment says", async () => {
    await using ns = await netns();
    const { argv } = planRedirect({
      method: "nft",
      port: 1,
      users: [OWNER],
      ownerUid: OWNER,
      isRoot: true,
      sudo: undefined,
    });
    const env = { PATH: "/nonexistent", IFS: "/", ENV: "/nonexistent", CDPATH: "/tmp", LC_ALL: "de_DE.UTF-8" };
    const guard = ns.spawn(["/usr/bin/env", "-i", ...Object.entries(env).map((pair) => pair.join("=")), ...argv]);
    expect(await firstLine(guard.stdout)).toBe("UP nft");
    await guard.stdin.end();
    expect(await guard.exited).toBe(0);
    expect(await traces(ns)).toEqual([]);
  });

  test.skipIf(!canUseNetns(["sudo"]))("is what sudo runs", async () => {
    await using ns = await netns();
    const sudo = Bun.which("sudo") ?? "";
    const { argv } = planRedirect({ method: "nft", port: 1, users: [0], ownerUid: 0, isRoot: false, sudo });
    const guard = ns.spawn(argv);
    expect(await firstLine(guard.stdout)).toBe("UP nft");
    await guard.stdin.end();
    expect(await guard.exited).toBe(0);
  });
});
