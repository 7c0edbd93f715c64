import { describe, expect, test } from "bun:test";
import { canUseNetns, netns } from "../support/netns.ts";
import { eventually, firstLine, FURNITURE, get, guardPlan, startGuard, startServer, traces } from "./guard.ts";

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

  test("both address families, and the addresses of containers' credentials", async () => {
    await using ns = await netns();
    const { port } = await startServer(ns);
    const addresses = ["169.254.169.254", "fd00:ec2::254", "169.254.170.2", "169.254.170.23"] as const;
    const guard = await startGuard(ns, { port, users: [OWNER], furniture, addresses });
    expect(guard.said).toEqual({ up: furniture.up });
    expect(await get(ns, OWNER, "[fd00:ec2::254]")).toBe("server sees fd00:ec2::254");
    expect(await get(ns, OWNER, "169.254.169.254")).toBe("server sees 169.254.169.254");
    expect(await get(ns, OWNER, "169.254.170.2")).toBe("server sees 169.254.170.2");
    expect(await get(ns, OWNER, "169.254.170.23")).toBe("server sees 169.254.170.23");
    expect(await get(ns, STRANGER, "[fd00:ec2::254]")).toBe("curl 7");

    await ns.run(["nft", "flush", "ruleset"]);
    await ns.run(furniture.wrap(["ip6tables", "-t", "nat", "-F"]));
    await ns.run(["ip", "-6", "address", "del", "fd00:ec2::254/128", "dev", "lo"]);
    expect(await get(ns, OWNER, "[fd00:ec2::254]")).toBe("curl 7");
    guard.again();
    const answer = await eventually(
      () => get(ns, OWNER, "[fd00:ec2::254]"),
      (seen) => seen.startsWith("server"),
    );
    expect(answer).toBe("server sees fd00:ec2::254");
    expect(await guard.close()).toBe(0);
    expect(await traces(ns)).toEqual([]);
  });

  test("a user's own redirect wins beside one for everybody, whichever came last", async () => {
    await using ns = await netns();
    const [service, own] = [await startServer(ns, "service"), await startServer(ns, "own")];
    const everybody = { port: service.port, owner: 0, users: "*", furniture } as const;
    const before = await startGuard(ns, everybody);
    const mine = await startGuard(ns, { port: own.port, owner: OWNER, users: [OWNER], furniture });
    expect(await get(ns, OWNER)).toBe("own sees 169.254.169.254");
    await before.close();
    const after = await startGuard(ns, everybody);
    expect(await get(ns, OWNER)).toBe("own sees 169.254.169.254");
    expect(await get(ns, STRANGER)).toBe("service sees 169.254.169.254");
    await mine.close();
    expect(await get(ns, OWNER)).toBe("service sees 169.254.169.254");
    await after.close();
    expect(await traces(ns)).toEqual([]);
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

  test("leaves an IPv6 address alone that somebody set by hand", async () => {
    await using ns = await netns();
    await ns.run(["ip", "-6", "address", "add", "fd00:ec2::254/128", "dev", "lo", "nodad"]);
    const { port } = await startServer(ns);
    const guard = await startGuard(ns, { port, addresses: ["169.254.169.254", "fd00:ec2::254"] });
    expect(await get(ns, OWNER, "[fd00:ec2::254]")).toBe("server sees fd00:ec2::254");
    await guard.close();
    expect(await traces(ns)).toEqual(["inet6 fd00:ec2::254/128 scope global nodad"]);
  });

  test("takes an address away that the next redirect of its user no longer needs", async () => {
    await using ns = await netns();
    const older = await startGuard(ns, { port: 1, addresses: ["169.254.169.254", "169.254.170.2", "fd00:ec2::254"] });
    const newer = await startGuard(ns, { port: 2, addresses: ["169.254.169.254"] });
    await older.close();
    expect((await traces(ns)).filter((line) => line.startsWith("inet"))).toEqual([
      "inet 169.254.169.254/32 scope host lo:metacred",
    ]);
    await newer.close();
    expect(await traces(ns)).toEqual([]);
  });

  test("says what is wrong where IPv6 is switched off", async () => {
    await using ns = await netns();
    await ns.run(["sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"]);
    const guard = await startGuard(ns, { port: 1, addresses: ["169.254.169.254", "fd00:ec2::254"] });
    expect(guard.said).toEqual({ failed: expect.stringContaining("IPv6 is disabled") });
    expect(await guard.process.exited).toBe(1);
    expect(await traces(ns)).toEqual([]);
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
    const { argv } = guardPlan({ method: "auto", users: "*" });
    const noAdmin = ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"];
    const { stderr, exitCode } = await ns.run([...noAdmin, ...argv]);
    expect(stderr).toMatch(/^FAIL nft: .*Operation not permitted.* iptables: .*Permission denied/);
    expect(exitCode).toBe(1);
  });

  test("runs none but the system's tools, whatever its environment says", async () => {
    await using ns = await netns();
    const { argv } = guardPlan();
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
    const { argv } = guardPlan({ users: [0], ownerUid: 0, isRoot: false, elevation: { program: "sudo", path: sudo } });
    const guard = ns.spawn(argv);
    expect(await firstLine(guard.stdout)).toBe("UP nft");
    await guard.stdin.end();
    expect(await guard.exited).toBe(0);
  });
});

describe.skipIf(!canUseNetns(["nft", "iptables", "curl"]))(
  "a user and a service for everybody by different tools",
  () => {
    const { nft, "iptables on nf_tables": iptables } = FURNITURE;

    // The kernel asks by priority: named users by nft at -111, everybody by nft at -110, iptables at -100.
    test.each([
      ["nft beside iptables", nft, iptables, "own"],
      ["iptables beside nft: the one known way in which the service gets it", iptables, nft, "service"],
    ])("%s", async (_title, ownTool, serviceTool, winner) => {
      if (ownTool === undefined || serviceTool === undefined) throw new Error("no furniture");
      await using ns = await netns();
      const [service, own] = [await startServer(ns, "service"), await startServer(ns, "own")];
      const everybody = await startGuard(ns, { port: service.port, owner: 0, users: "*", furniture: serviceTool });
      const mine = await startGuard(ns, { port: own.port, owner: OWNER, users: [OWNER], furniture: ownTool });
      expect(await get(ns, OWNER)).toBe(`${winner} sees 169.254.169.254`);
      expect(await get(ns, STRANGER)).toBe("service sees 169.254.169.254");
      await mine.close();
      expect(await get(ns, OWNER)).toBe("service sees 169.254.169.254");
      await everybody.close();
      expect(await traces(ns)).toEqual([]);
    });
  },
);
