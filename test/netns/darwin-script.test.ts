// The script for macOS as it ships, in three POSIX shells, beside programs that answer like a Mac's.
import { describe, expect, test } from "bun:test";
import { DARWIN_GUARD_SCRIPT } from "../../src/redirect/darwin-script.ts";
import { canUseNetns, netns, type Netns, type NetnsProcess } from "../support/netns.ts";
import { type MacTools, macTools } from "../support/mac-tools.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { isRdrRule } from "../support/pf-grammar.ts";
import { untilTrue } from "../support/until.ts";
import { firstLine, get, killTree, startServer } from "./guard.ts";

const SHELLS: Record<string, readonly string[]> = {
  dash: ["dash"],
  // As macOS calls it. By its own name it would read ~/.bashrc where its standard input is a socket.
  "bash as sh": ["bash", "--norc", "-c", 'exec -a sh /bin/bash "$@"', "bash"],
  "busybox sh": ["busybox", "sh"],
};
const ANCHOR = "com.apple/250.metacred-501";
const words = ["501", "169.254.169.254=25772", "fd00:ec2::254=25773"];
const NOTHING = { anchors: [], references: [] };

type Mac = { ns: Netns; tools: MacTools; guard(words: readonly string[]): NetnsProcess };

async function onMac(shell: readonly string[], body: (mac: Mac) => Promise<void>): Promise<void> {
  await using ns = await netns();
  using folder = scratchFolder();
  const tools = macTools(folder);
  const guard = (words: readonly string[]) =>
    ns.spawn(tools.wrap([...shell, "-c", DARWIN_GUARD_SCRIPT, "metacred-redirect", ...words]));
  await body({ ns, tools, guard });
}

async function exitOf(guard: NetnsProcess): Promise<number> {
  await guard.stdin.end();
  return guard.exited;
}

async function ended(guard: NetnsProcess) {
  await guard.stdin.end();
  const said = `${await new Response(guard.stdout).text()}${await new Response(guard.stderr).text()}`;
  return { said, exitCode: await guard.exited };
}

const again = (guard: NetnsProcess) => {
  void guard.stdin.write("again\n");
  return guard.stdin.flush();
};
const aliases = async (ns: Netns) =>
  (await ns.run(["ip", "-o", "address", "show", "dev", "lo"])).stdout.match(/169\.254\.169\.254|fd00:ec2::254/g) ?? [];

describe.skipIf(!canUseNetns(["nft", "curl", "unshare", "dash", "bash", "busybox"]))("the script", () => {
  test.each(Object.entries(SHELLS))(
    "%s: applies, applies anew, and undoes with the token that pf gave",
    (_name, shell) =>
      onMac(shell, async ({ ns, tools, guard }) => {
        const running = guard(words);
        void running.stdin.write("again\n");
        expect(await ended(running)).toEqual({ said: "UP pf\n", exitCode: 0 });
        expect(tools.log()).toMatchInlineSnapshot(`
          "pfctl -q -a com.apple/250.metacred-501 -f -
          rdr pass on lo0 inet proto tcp from any to 169.254.169.254 port 80 -> 127.0.0.1 port 25772
          rdr pass on lo0 inet6 proto tcp from any to fd00:ec2::254 port 80 -> ::1 port 25773
          pfctl -s info
          pfctl -E
          ifconfig lo0 alias 169.254.169.254 255.255.255.255
          ifconfig lo0 inet6 fd00:ec2::254 prefixlen 128 alias
          pfctl -a com.apple/250.metacred-501 -s nat
          pfctl -q -a com.apple/250.metacred-501 -f -
          rdr pass on lo0 inet proto tcp from any to 169.254.169.254 port 80 -> 127.0.0.1 port 25772
          rdr pass on lo0 inet6 proto tcp from any to fd00:ec2::254 port 80 -> ::1 port 25773
          pfctl -s info
          ifconfig lo0 alias 169.254.169.254 255.255.255.255
          ifconfig lo0 inet6 fd00:ec2::254 prefixlen 128 alias
          pfctl -a com.apple/250.metacred-501 -s nat
          pfctl -q -a com.apple/250.metacred-501 -F all
          pfctl -a com.apple -s Anchors
          ifconfig lo0
          ifconfig lo0 -alias 169.254.169.254
          ifconfig lo0 inet6 fd00:ec2::254 -alias
          pfctl -q -X 17382105930
          "
        `);
        expect(tools.state()).toEqual(NOTHING);
        expect(await aliases(ns)).toEqual([]);
      }),
  );

  test("its rules are rdr rules by the grammar of pf.conf(5)", () =>
    onMac(["dash"], async ({ tools, guard }) => {
      await ended(guard(words));
      const rules = tools
        .log()
        .split("\n")
        .filter((line) => !/^(pfctl|ifconfig|$)/.test(line));
      expect(rules.map(isRdrRule)).toEqual([true, true]);
      expect(["rdr pass on lo0 from any", "rdr lo0 -> 1", `${rules[0]} port`].map(isRdrRule)).toEqual([
        false,
        false,
        false,
      ]);
    }));

  test("a packet goes where the rule says; flushed, switched off and without addresses, all is put back", () =>
    onMac(["dash"], async ({ ns, tools, guard }) => {
      const { port } = await startServer(ns);
      const running = guard(["501", `169.254.169.254=${port}`]);
      expect(await firstLine(running.stdout)).toBe("UP pf");
      expect(await get(ns, 0)).toContain("server");
      expect(tools.state()).toEqual({ anchors: [ANCHOR], references: ["17382105930"] });

      // What a VPN, an update of the system or a person may do.
      for (const argv of [
        ["pfctl", "-q", "-a", ANCHOR, "-F", "all"],
        ["pfctl", "-X", "17382105930"],
        ["ifconfig", "lo0", "-alias", "169.254.169.254"],
      ])
        await ns.run(["nsenter", `--target=${running.pid}`, "--mount", ...argv]);
      expect(await get(ns, 0)).toStartWith("curl ");
      await again(running);
      await untilTrue("it is back", async () => (await get(ns, 0)).includes("server"));
      expect(tools.state()).toEqual({ anchors: [ANCHOR], references: ["17382105930"] });
      expect(await exitOf(running)).toBe(0);
      expect(tools.state()).toEqual(NOTHING);
    }));

  test("killed alone its neighbour undoes; killed whole, `clean` does", () =>
    onMac(["dash"], async ({ ns, tools, guard }) => {
      const first = guard(words);
      expect(await firstLine(first.stdout)).toBe("UP pf");
      const children = async () => (await ns.run(["pgrep", "-P", String(first.pid)])).stdout.trim().split("\n");
      await untilTrue("both of them wait", async () => (await children()).length === 2);
      process.kill(first.pid, "SIGKILL");
      await first.stdin.end();
      await untilTrue("its neighbour has undone all", () => tools.state().anchors.length === 0);
      await untilTrue("addresses, too", async () => (await aliases(ns)).length === 0);

      const second = guard(words);
      expect(await firstLine(second.stdout)).toBe("UP pf");
      await killTree(ns, second.pid);
      expect(tools.state().anchors).toEqual([ANCHOR]);
      expect(await ended(guard(["501", "clean"]))).toEqual({ said: "", exitCode: 0 });
      expect(tools.state().anchors).toEqual([]);
      expect(await aliases(ns)).toEqual([]);
    }));

  test("a newer one of the same owner is not harmed by the older one's end", () =>
    onMac(["dash"], async ({ ns, tools, guard }) => {
      const older = guard(words);
      expect(await firstLine(older.stdout)).toBe("UP pf");
      const newer = guard(["501", "169.254.169.254=25780"]);
      expect(await firstLine(newer.stdout)).toBe("UP pf");
      await again(older);
      expect(await exitOf(older)).toBe(0);
      expect(tools.state().anchors).toEqual([ANCHOR]);
      expect(await aliases(ns)).toContain("169.254.169.254");
      expect(tools.log()).not.toContain("-F all");
      await exitOf(newer);
      expect(tools.state()).toEqual(NOTHING);
    }));

  test("another user's redirect keeps the addresses, and Apple's anchors are left alone", () =>
    onMac(["dash"], async ({ ns, tools, guard }) => {
      tools.anchor(
        "com.apple/250.metacred-502",
        "rdr pass on lo0 inet proto tcp from any to 169.254.169.254 port = 80 -> 127.0.0.1 port 25790\n",
      );
      tools.anchor("com.apple/200.AirDrop", "");
      await ended(guard(words));
      expect(tools.state().anchors).toEqual(["com.apple/200.AirDrop", "com.apple/250.metacred-502"]);
      expect(await aliases(ns)).toContain("169.254.169.254");
    }));

  test("where pf refuses, it says why and leaves nothing", () =>
    onMac(["dash"], async ({ ns, tools, guard }) => {
      tools.refuse("pfctl: DIOCXCOMMIT: Device busy");
      expect(await ended(guard(words))).toEqual({ said: "FAIL pf: pfctl: DIOCXCOMMIT: Device busy\n", exitCode: 1 });
      expect(tools.state()).toEqual(NOTHING);
      expect(await aliases(ns)).toEqual([]);
    }));

  test.each([
    [["501"]],
    [["501;id", "clean"]],
    [["501", "169.254.169.254=0"]],
    [["501", "10.0.0.1=1"]],
    [["501", "169.254.169.254=1", "clean"]],
  ])("refuses %j", (wrong) =>
    onMac(["dash"], async ({ tools, guard }) => {
      const { said, exitCode } = await ended(guard(wrong));
      expect(said).toStartWith("FAIL ");
      expect({ exitCode, log: tools.log() }).toEqual({ exitCode: 2, log: "" });
    }),
  );
});
