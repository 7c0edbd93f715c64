// The plan for macOS: its text, and the script run against programs that answer as the real ones are recorded to.
import { describe, expect, test } from "bun:test";
import { DARWIN_GUARD_SCRIPT, planRedirect } from "../../src/redirect/darwin.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { requireTools } from "../support/require-tools.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const targets = [
  { address: "169.254.169.254", port: 25772 },
  { address: "fd00:ec2::254", port: 25773 },
] as const;
const input = { targets, ownerUid: 501, isRoot: false } as const;

// Both write down what they were told. The answers follow `pfctl -E`, `-s Anchors`, `-s nat` and `ifconfig lo0` of macOS.
const PFCTL = String.raw`#!/bin/sh
echo "pfctl $*" >>"$LOG"
case "$*" in
  *'-f -') cat >>"$LOG"; cat <"$LOG" | grep '^rdr' | sed 's/port 80/port = 80/' >"$STATE/nat" ;;
  -E) printf 'No ALTQ support in kernel\nALTQ related functions disabled\npf enabled\nToken : 17382105932410\n' >&2 ;;
  *'-s Anchors') printf '  com.apple/200.AirDrop\n  com.apple/250.ApplicationFirewall\n  com.apple/250.metacred-501\n'; cat "$STATE/others" ;;
  *'-s nat') printf 'No ALTQ support in kernel\n' >&2; cat "$STATE/nat" ;;
esac
`;
const IFCONFIG = String.raw`#!/bin/sh
echo "ifconfig $*" >>"$LOG"
[ $# -gt 1 ] || cat <<'END'
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
	options=1203<RXCSUM,TXCSUM,TXSTATUS,SW_TIMESTAMP>
	inet 127.0.0.1 netmask 0xff000000
	inet6 ::1 prefixlen 128
	inet6 fe80::1%lo0 prefixlen 64 scopeid 0x1
	inet 169.254.169.254 netmask 0xffffffff
	inet6 fd00:ec2::254 prefixlen 128
	nd6 options=201<PERFORMNUD,DAD>
END
`;

describe("the plan", () => {
  test("what is run", () => {
    const { argv, summary } = planRedirect({ ...input, elevation: { program: "sudo", path: "/usr/bin/sudo" } });
    expect(argv.map((word) => (word === DARWIN_GUARD_SCRIPT ? "SCRIPT" : word))).toMatchInlineSnapshot(`
      [
        "/usr/bin/sudo",
        "-p",
        "[metacred] password for %p: ",
        "--",
        "/bin/sh",
        "-c",
        "SCRIPT",
        "metacred-redirect",
        "501",
        "169.254.169.254=25772",
        "fd00:ec2::254=25773",
      ]
    `);
    expect(summary).toMatchInlineSnapshot(`
      "adds 169.254.169.254/32 and fd00:ec2::254/128 to lo0 and sends port 80 of it to this machine's own 25772, 25773 by the pf anchor com.apple/250.metacred-501
      undone when metacred ends, however it ends"
    `);
  });

  test.skipIf(!requireTools(["shellcheck"]))("ShellCheck finds nothing", () => {
    const stdin = Buffer.from(DARWIN_GUARD_SCRIPT);
    expect(Bun.spawnSync(["shellcheck", "-s", "sh", "-"], { stdin }).stdout.toString()).toBe("");
  });

  test("is plain ASCII, so that what is printed is what runs", () => {
    expect(DARWIN_GUARD_SCRIPT).toMatch(/^[\n\t -~]+$/);
  });
});

describe.skipIf(!canUseNetns(["unshare"]))("the script, beside programs that answer like a Mac's", () => {
  async function run(words: readonly string[], stdin: string, state: { nat?: string; others?: string } = {}) {
    await using ns = await netns();
    using folder = scratchFolder();
    folder.file("nat", state.nat ?? "");
    folder.file("others", state.others ?? "");
    folder.file("log", "");
    const tools = `set -e; mkdir "$STATE/over"; mount -t tmpfs t "$STATE/over"; cp /usr/sbin/nft "$STATE/over" 2>/dev/null || :
      cp "$STATE/pfctl" "$STATE/ifconfig" "$STATE/over"; chmod 755 "$STATE"/over/*; mount --bind "$STATE/over" /usr/sbin
      exec "$@"`;
    folder.file("pfctl", PFCTL);
    folder.file("ifconfig", IFCONFIG);
    const argv = ["/bin/sh", "-c", DARWIN_GUARD_SCRIPT, "metacred-redirect", ...words];
    const guard = ns.spawn(["unshare", "--mount", "/bin/sh", "-c", tools, "sh", ...argv], {
      env: { PATH: "/usr/bin:/bin", STATE: folder.path, LOG: `${folder.path}/log` },
    });
    void guard.stdin.write(stdin);
    await guard.stdin.end();
    const said = `${await new Response(guard.stdout).text()}${await new Response(guard.stderr).text()}`;
    const exitCode = await guard.exited;
    return { said, exitCode, log: await Bun.file(`${folder.path}/log`).text() };
  }
  const words = ["501", "169.254.169.254=25772", "fd00:ec2::254=25773"];

  test("applies, applies anew, and undoes with the token that pf gave", async () => {
    const { said, exitCode, log } = await run(words, "again\n");
    expect({ said, exitCode }).toEqual({ said: "UP pf\n", exitCode: 0 });
    expect(log).toMatchInlineSnapshot(`
      "pfctl -q -a com.apple/250.metacred-501 -f -
      rdr pass on lo0 inet proto tcp from any to 169.254.169.254 port 80 -> 127.0.0.1 port 25772
      rdr pass on lo0 inet6 proto tcp from any to fd00:ec2::254 port 80 -> ::1 port 25773
      pfctl -E
      ifconfig lo0 alias 169.254.169.254 255.255.255.255
      ifconfig lo0 inet6 fd00:ec2::254 prefixlen 128 alias
      pfctl -a com.apple/250.metacred-501 -s nat
      pfctl -q -a com.apple/250.metacred-501 -f -
      rdr pass on lo0 inet proto tcp from any to 169.254.169.254 port 80 -> 127.0.0.1 port 25772
      rdr pass on lo0 inet6 proto tcp from any to fd00:ec2::254 port 80 -> ::1 port 25773
      ifconfig lo0 alias 169.254.169.254 255.255.255.255
      ifconfig lo0 inet6 fd00:ec2::254 prefixlen 128 alias
      pfctl -a com.apple/250.metacred-501 -s nat
      pfctl -q -a com.apple/250.metacred-501 -F all
      pfctl -a com.apple -s Anchors
      ifconfig lo0
      ifconfig lo0 -alias 169.254.169.254
      ifconfig lo0 inet6 fd00:ec2::254 -alias
      pfctl -q -X 17382105932410
      "
    `);
  });

  test("its rules are rdr rules by the grammar of pf.conf(5)", async () => {
    // rdr-rule = [ "no" ] "rdr" [ "pass" ] [ "on" ifspec ] [ af ] [ protospec ] hosts [ "->" redirhost [ portspec ] ]
    const rule = /^rdr pass on lo0 inet6? proto tcp from any to [\da-f.:]+ port \d+ -> [\d.:]+ port \d+$/;
    const { log } = await run(words, "");
    const rules = log.split("\n").filter((line) => !/^(pfctl|ifconfig|$)/.test(line));
    expect(rules).toHaveLength(2);
    for (const line of rules) expect(line).toMatch(rule);
  });

  test("another user's redirect keeps the addresses", async () => {
    const { log } = await run(words, "", { others: "  com.apple/250.metacred-502\n" });
    expect(log).toContain("-F all");
    expect(log).not.toContain("-alias");
  });

  test("clean", async () => {
    const { log, exitCode } = await run(["501", "clean"], "");
    expect(exitCode).toBe(0);
    expect(log).toContain("pfctl -q -a com.apple/250.metacred-501 -F all\n");
    expect(log).toContain("ifconfig lo0 -alias 169.254.169.254\n");
    expect(log).toContain("ifconfig lo0 inet6 fd00:ec2::254 -alias\n");
    expect(log).not.toContain("127.0.0.1");
  });

  test.each([
    [["501"]],
    [["501;id", "clean"]],
    [["501", "169.254.169.254=0"]],
    [["501", "10.0.0.1=1"]],
    [["501", "169.254.169.254=1", "clean"]],
  ])("refuses %j", async (wrong) => {
    const { said, exitCode, log } = await run(wrong, "");
    expect(said).toStartWith("FAIL ");
    expect({ exitCode, log }).toEqual({ exitCode: 2, log: "" });
  });
});
