import { describe, expect, test } from "bun:test";
import { GUARD_SCRIPT } from "../../src/redirect/guard-script.ts";
import { requireTools } from "../support/require-tools.ts";

describe("the guard script", () => {
  test.skipIf(!requireTools(["shellcheck"]))("ShellCheck finds nothing", () => {
    const { exitCode, stdout } = Bun.spawnSync(["shellcheck", "-s", "sh", "-"], { stdin: Buffer.from(GUARD_SCRIPT) });
    expect(stdout.toString()).toBe("");
    expect(exitCode).toBe(0);
  });

  test("is plain ASCII, so that what is printed is what runs", () => {
    expect(GUARD_SCRIPT).toMatch(/^[\n -~]+$/);
  });
});

// Run without any privilege: a row that is accepted by mistake changes nothing on this machine.
const unprivileged = process.getuid?.() === 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];

describe.skipIf(!requireTools(unprivileged.slice(0, 1)))("refuses", () => {
  const rows: [string, readonly string[]][] = [
    ["usage", []],
    ["usage", ["auto"]],
    ["usage", ["auto", "0", "0"]],
    ["METHOD", ["pf", "0", "0", "169.254.169.254=1"]],
    ["METHOD", ["", "0", "0", "169.254.169.254=1"]],
    ["UIDS", ["nft", "", "0", "169.254.169.254=1"]],
    ["UIDS", ["nft", "0,", "0", "169.254.169.254=1"]],
    ["UIDS", ["nft", ",0", "0", "169.254.169.254=1"]],
    ["UIDS", ["nft", "0,,0", "0", "169.254.169.254=1"]],
    ["UIDS", ["nft", "0 0", "0", "169.254.169.254=1"]],
    ["UIDS", ["nft", "0\n1", "0", "169.254.169.254=1"]],
    ["UIDS", ["nft", "all,0", "0", "169.254.169.254=1"]],
    ["UIDS", ["nft", "4294967295", "0", "169.254.169.254=1"]],
    ["UIDS", ["nft", "*", "0", "169.254.169.254=1"]],
    ["UIDS", ["nft", "$(id)", "0", "169.254.169.254=1"]],
    ["OWNERUID", ["nft", "0", "", "169.254.169.254=1"]],
    ["OWNERUID", ["nft", "0", "all", "169.254.169.254=1"]],
    ["OWNERUID", ["nft", "0", "0 }", "169.254.169.254=1"]],
    ["OWNERUID", ["nft", "0", "-1", "169.254.169.254=1"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254=0"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254=65536"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254=080"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254=-1"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254="]],
    ["PORT", ["nft", "0", "0", "169.254.169.254"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254=1;id"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254=1=2"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254=18446744073709551617"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254=1", "fd00:ec2::254=0"]],
    ["PORT", ["nft", "0", "0", ""]],
    ["ADDRESS", ["nft", "0", "0", "=1"]],
    ["ADDRESS", ["nft", "0", "0", "169.254.169.253=1"]],
    ["ADDRESS", ["nft", "0", "0", "10.0.0.1=1"]],
    ["ADDRESS", ["nft", "0", "0", "169.254.169.254 169.254.170.2=1"]],
    ["ADDRESS", ["nft", "0", "0", "*=1"]],
    ["ADDRESS", ["nft", "0", "0", "169.254.169.254=1", "169.254.16=1"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254=1", "containers=0"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254=1", "containers=1;id"]],
    ["PORT", ["nft", "0", "0", "169.254.169.254=1", "containers"]],
    ["ADDRESS", ["nft", "0", "0", "containers=1"]],
    ["ADDRESS", ["nft", "0", "0", "169.254.169.254=1", "container=1"]],
    ["ADDRESS", ["nft", "0", "0", "169.254.169.254=1", "docker0=1"]],
    ["usage", ["clean"]],
    ["OWNERUID", ["clean", "all"]],
    ["OWNERUID", ["clean", "0 1"]],
    ["OWNERUID", ["clean", ""]],
    ["usage", ["clean", "0", "0"]],
    ["usage", ["clean", "0", "0", "169.254.169.254=1"]],
  ];

  test.each(rows.map(([names, args]) => [JSON.stringify(args), names, args] as const))("%s", (_, names, args) => {
    const { exitCode, stdout, stderr } = Bun.spawnSync(
      [...unprivileged, "/bin/sh", "-c", GUARD_SCRIPT, "metacred-redirect", ...args],
      { stdin: "ignore", env: { PATH: "/usr/bin:/bin" } },
    );
    expect(stderr.toString()).toMatch(new RegExp(`^FAIL .*${names}.*\n$`));
    expect(stdout.toString()).toBe("");
    expect(exitCode).toBe(2);
  });
});
