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
    ["METHOD", []],
    ["METHOD", ["auto", "1"]],
    ["METHOD", ["auto", "1", "0", "0", "0"]],
    ["METHOD", ["pf", "1", "0", "0"]],
    ["METHOD", ["", "1", "0", "0"]],
    ["PORT", ["nft", "0", "0", "0"]],
    ["PORT", ["nft", "65536", "0", "0"]],
    ["PORT", ["nft", "080", "0", "0"]],
    ["PORT", ["nft", "-1", "0", "0"]],
    ["PORT", ["nft", "", "0", "0"]],
    ["PORT", ["nft", "1;id", "0", "0"]],
    ["PORT", ["nft", "18446744073709551617", "0", "0"]],
    ["UIDS", ["nft", "1", "", "0"]],
    ["UIDS", ["nft", "1", "0,", "0"]],
    ["UIDS", ["nft", "1", ",0", "0"]],
    ["UIDS", ["nft", "1", "0,,0", "0"]],
    ["UIDS", ["nft", "1", "0 0", "0"]],
    ["UIDS", ["nft", "1", "0\n1", "0"]],
    ["UIDS", ["nft", "1", "all,0", "0"]],
    ["UIDS", ["nft", "1", "4294967295", "0"]],
    ["UIDS", ["nft", "1", "*", "0"]],
    ["UIDS", ["nft", "1", "$(id)", "0"]],
    ["OWNERUID", ["nft", "1", "0", ""]],
    ["OWNERUID", ["nft", "1", "0", "all"]],
    ["OWNERUID", ["nft", "1", "0", "0 }"]],
    ["OWNERUID", ["nft", "1", "0", "-1"]],
    ["clean", ["clean", "1", "all", "0"]],
    ["clean", ["clean", "0", "0", "0"]],
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
