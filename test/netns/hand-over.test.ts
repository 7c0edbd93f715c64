import { describe, expect, test } from "bun:test";
import { planCleanup } from "../../src/redirect/linux.ts";
import { canUseNetns, type Netns, netns } from "../support/netns.ts";
import { type Furniture, FURNITURE, get, startGuard, startServer, traces } from "./guard.ts";

const OWNER = 12001;
const OTHER_OWNER = 12002;
const able = canUseNetns(["nft", "iptables", "iptables-nft", "iptables-legacy", "curl", "unshare"]);

const pairs: [string, Furniture | undefined, Furniture | undefined][] = [
  "nft -> nft",
  "iptables on nf_tables -> iptables on nf_tables",
  "iptables-legacy -> iptables-legacy",
  "nft -> iptables on nf_tables",
  "iptables on nf_tables -> nft",
  "nft -> iptables-legacy",
  "iptables-legacy -> nft",
].map((title) => {
  const [older = "", newer = ""] = title.split(" -> ");
  return [title, FURNITURE[older], FURNITURE[newer]];
});

describe.skipIf(!able).each(pairs)("%s", (_, olderFurniture, newerFurniture) => {
  if (olderFurniture === undefined || newerFurniture === undefined) throw new Error("unknown furniture");

  test("a newer daemon of the same user takes over, and the older one's end does not harm it", async () => {
    await using ns = await netns();
    const [before, after] = [await startServer(ns, "older"), await startServer(ns, "newer")];
    const older = await startGuard(ns, { port: before.port, owner: OWNER, furniture: olderFurniture });
    expect(await get(ns, OWNER)).toBe("older sees 169.254.169.254");

    const asking = askUntilStopped(ns);
    const newer = await startGuard(ns, { port: after.port, owner: OWNER, furniture: newerFurniture });
    expect(newer.said).toEqual({ up: newerFurniture.up });
    expect(await get(ns, OWNER)).toBe("newer sees 169.254.169.254");
    expect((await traces(ns)).join("\n")).not.toContain(String(before.port));

    // The older daemon sees its self-test fail and asks for its rules: they are the newer one's now.
    older.again();
    expect(await older.close()).toBe(0);
    const answers = await asking.stop();
    expect(answers.filter((answer) => !/^(older|newer) sees 169.254.169.254$/.test(answer))).toEqual([]);
    expect(answers.at(-1)).toBe("newer sees 169.254.169.254");
    expect(await traces(ns)).toContain("inet 169.254.169.254/32 scope host lo:metacred");

    expect(await newer.close()).toBe(0);
    expect(await traces(ns)).toEqual([]);
  });

  test("two users side by side: each has its own, and the alias goes with the last", async () => {
    await using ns = await netns();
    const [mine, theirs] = [await startServer(ns, "mine"), await startServer(ns, "theirs")];
    const first = await startGuard(ns, { port: mine.port, owner: OWNER, furniture: olderFurniture });
    const second = await startGuard(ns, { port: theirs.port, owner: OTHER_OWNER, furniture: newerFurniture });
    expect(await get(ns, OWNER)).toBe("mine sees 169.254.169.254");
    expect(await get(ns, OTHER_OWNER)).toBe("theirs sees 169.254.169.254");

    expect(await first.close()).toBe(0);
    expect(await get(ns, OWNER)).toBe("curl 7");
    expect(await get(ns, OTHER_OWNER)).toBe("theirs sees 169.254.169.254");

    expect(await second.close()).toBe(0);
    expect(await traces(ns)).toEqual([]);
  });
});

describe.skipIf(!able).each(["nft", "iptables on nf_tables"])("names that begin alike, by %s", (name) => {
  const furniture = FURNITURE[name];
  if (furniture === undefined) throw new Error("unknown furniture");

  test("port 25 and 257 of one user", async () => {
    await using ns = await netns();
    const older = await startGuard(ns, { port: 25, owner: 120, furniture });
    const newer = await startGuard(ns, { port: 257, owner: 120, furniture });
    await older.close();
    expect((await traces(ns)).join("\n")).toMatch(/metacred_120_257|port_257/i);
    await newer.close();
    expect(await traces(ns)).toEqual([]);
  });

  test("uid 120 and 1200", async () => {
    await using ns = await netns();
    const other = await startGuard(ns, { port: 257, owner: 1200, furniture });
    const mine = await startGuard(ns, { port: 25, owner: 120, furniture });
    await mine.close();
    const { argv } = planCleanup({ ownerUid: 120, isRoot: true, elevation: undefined });
    expect(await ns.run(argv)).toEqual({ stdout: "", stderr: "", exitCode: 0 });
    expect((await traces(ns)).join("\n")).toMatch(/metacred_1200/i);
    await other.close();
    expect(await traces(ns)).toEqual([]);
  });
});

/** A client that asks without a pause: what it was answered shows a gap. */
function askUntilStopped(ns: Netns): { stop(): Promise<readonly string[]> } {
  const stopping = new AbortController();
  const asking = (async () => {
    const answers: string[] = [];
    while (!stopping.signal.aborted) answers.push(await get(ns, OWNER));
    return [...answers, await get(ns, OWNER)];
  })();
  return {
    stop() {
      stopping.abort();
      return asking;
    },
  };
}
