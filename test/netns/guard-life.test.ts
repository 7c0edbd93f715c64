import { describe, expect, test } from "bun:test";
import { planCleanup } from "../../src/redirect/linux.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import {
  eventually,
  firstLine,
  type Furniture,
  FURNITURE,
  get,
  guardPlan,
  startGuard,
  startServer,
  traces,
} from "./guard.ts";

const OWNER = 12001;
const NEIGHBOUR = 12002;
const able = canUseNetns(["nft", "iptables", "iptables-nft", "iptables-legacy", "curl", "unshare"]);
const kinds: [string, Furniture][] = Object.entries(FURNITURE).filter(([name]) => !name.startsWith("auto"));

describe.skipIf(!able)("the guard's life", () => {
  test("kill -9 of the process that holds its input undoes everything", async () => {
    await using ns = await netns();
    const { argv } = guardPlan();
    const holder = 'sh -c "echo \\$\\$ >&2; exec sleep 60" | "$@"';
    const both = ns.spawn(["/bin/sh", "-c", holder, "sh", ...argv]);
    const pid = Number(await firstLine(both.stderr));
    expect(await firstLine(both.stdout)).toBe("UP nft");
    expect(await traces(ns)).not.toEqual([]);
    process.kill(pid, "SIGKILL");
    expect(await both.exited).toBe(0);
    expect(await traces(ns)).toEqual([]);
  });

  test.each(["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGPIPE", "SIGTSTP"] as const)(
    "%s is ignored",
    async (name) => {
      await using ns = await netns();
      const { port } = await startServer(ns);
      const guard = await startGuard(ns, { port });
      guard.process.kill(name);
      // Alive, and at work: the line after the signal is obeyed.
      await ns.run(["nft", "flush", "ruleset"]);
      guard.again();
      const seen = await eventually(
        () => get(ns, OWNER),
        (answer) => answer.startsWith("server"),
      );
      expect(seen).toBe("server sees 169.254.169.254");
      expect(await guard.close()).toBe(0);
      expect(await traces(ns)).toEqual([]);
    },
  );

  test.each(["first", "second"])(
    "kill -9 of the %s of its two: the other goes on, and undoes all at the end",
    async (which) => {
      await using ns = await netns();
      const { port } = await startServer(ns);
      const guard = await startGuard(ns, { port });
      const { stdout } = await ns.run(["pgrep", "-P", String(guard.process.pid)]);
      const [first, second] = stdout.trim().split("\n").map(Number);
      const victim = (which === "first" ? first : second) ?? 0;
      // 0 would be this very process group.
      expect(victim).toBeGreaterThan(1);
      process.kill(victim, "SIGKILL");
      await ns.run(["nft", "flush", "ruleset"]);
      guard.again();
      const seen = await eventually(
        () => get(ns, OWNER),
        (answer) => answer.startsWith("server"),
      );
      expect(seen).toBe("server sees 169.254.169.254");
      await guard.close();
      expect(await traces(ns)).toEqual([]);
    },
  );

  test("a parent that no longer reads its output does not matter", async () => {
    await using ns = await netns();
    const { argv } = guardPlan();
    const deaf = ns.spawn(["/bin/sh", "-c", '"$@" >&- 2>&-', "sh", ...argv]);
    const seen = await eventually(
      () => traces(ns),
      (lines) => lines.length > 0,
    );
    expect(seen).not.toEqual([]);
    await deaf.stdin.end();
    expect(await deaf.exited).toBe(0);
    expect(await traces(ns)).toEqual([]);
  });

  test("other lines do nothing", async () => {
    await using ns = await netns();
    const guard = await startGuard(ns, { port: 1 });
    await ns.run(["nft", "flush", "ruleset"]);
    void guard.process.stdin.write("\n$(id)\nagain now\n");
    await guard.process.stdin.end();
    expect(await guard.process.exited).toBe(0);
    expect(await new Response(guard.process.stderr).text()).toBe("");
    expect(await traces(ns)).toEqual([]);
  });
});

describe.skipIf(!able).each(kinds)("after a double kill: %s", (_, furniture) => {
  test("the next guard of the same user cleans up", async () => {
    await using ns = await netns();
    const dead = await startGuard(ns, { port: 111, owner: OWNER, furniture });
    await dead.killAll();
    expect((await traces(ns)).join("\n")).toContain("111");
    const next = await startGuard(ns, { port: 222, owner: OWNER, furniture });
    expect((await traces(ns)).join("\n")).not.toContain("111");
    await next.close();
    expect(await traces(ns)).toEqual([]);
  });

  test("the clean-up removes this user's traces of any port, twice over, and nobody else's", async () => {
    await using ns = await netns();
    const neighbour = await startGuard(ns, { port: 333, owner: NEIGHBOUR, furniture });
    const dead = await startGuard(ns, { port: 111, owner: OWNER, furniture });
    await dead.killAll();

    const { argv } = planCleanup({ ownerUid: OWNER, isRoot: true, elevation: undefined });
    for (const _time of ["first", "second"]) {
      expect(await ns.run(argv)).toEqual({ stdout: "", stderr: "", exitCode: 0 });
      const left = (await traces(ns)).join("\n");
      expect(left).toContain("333");
      expect(left).toContain("lo:metacred");
      expect(left).not.toContain("111");
    }
    await neighbour.close();
    expect(await traces(ns)).toEqual([]);
  });
});
