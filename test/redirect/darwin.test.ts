// The plan for macOS: its text, and the script run against programs that answer as the real ones are recorded to.
import { describe, expect, test } from "bun:test";
import { DARWIN_GUARD_SCRIPT } from "../../src/redirect/darwin-script.ts";
import { planCleanup, planRedirect, redirectRequest } from "../../src/redirect/darwin.ts";
import type { RedirectInput } from "../../src/redirect/plan.ts";
import { requireTools } from "../support/require-tools.ts";

const input: RedirectInput = {
  method: "auto",
  targets: [
    { address: "169.254.169.254", port: 25772 },
    { address: "fd00:ec2::254", port: 25773 },
  ],
  users: [501],
  ownerUid: 501,
  isRoot: false,
  elevation: { program: "sudo", path: "/usr/bin/sudo" },
};

function shown(argv: readonly string[]): string {
  return argv.map((word) => (word === DARWIN_GUARD_SCRIPT ? "SCRIPT" : word)).join(" | ");
}

test("what is run", () => {
  const { argv, summary } = planRedirect(input);
  expect(shown(argv)).toMatchInlineSnapshot(
    `"/usr/bin/sudo | -p | [metacred] password for %p:  | -- | /bin/sh | -c | SCRIPT | metacred-redirect | 501 | 169.254.169.254=25772 | fd00:ec2::254=25773"`,
  );
  expect(summary).toMatchInlineSnapshot(`
    "adds 169.254.169.254/32 and fd00:ec2::254/128 to lo0 and sends port 80 of it to this machine's own 25772, 25773 by the pf anchor com.apple/250.metacred-501
    undone when metacred ends, however it ends"
  `);
});

test("what is run after a power cut", () => {
  const { argv, summary } = planCleanup({ ...input, isRoot: true });
  expect(shown(argv)).toMatchInlineSnapshot(`"/bin/sh | -c | SCRIPT | metacred-redirect | 501 | clean"`);
  expect(summary).toMatchInlineSnapshot(
    `"empties the pf anchor com.apple/250.metacred-501, and removes the emulated addresses from lo0 unless another user's redirect needs them"`,
  );
});

test("what the installed part is asked", () => {
  expect(redirectRequest(input)).toBe("169.254.169.254=25772 fd00:ec2::254=25773");
});

test("pf is its only method", () => {
  expect(shown(planRedirect({ ...input, method: "pf" }).argv)).toBe(shown(planRedirect(input).argv));
  expect(() => planRedirect({ ...input, method: "nft" })).toThrow(
    'redirect.method = "nft" does not exist on this system',
  );
});

describe("the script", () => {
  test.skipIf(!requireTools(["shellcheck"]))("ShellCheck finds nothing", () => {
    const stdin = Buffer.from(DARWIN_GUARD_SCRIPT);
    expect(Bun.spawnSync(["shellcheck", "-s", "sh", "-"], { stdin }).stdout.toString()).toBe("");
  });

  test("is plain ASCII, so that what is printed is what runs", () => {
    expect(DARWIN_GUARD_SCRIPT).toMatch(/^[\n\t -~]+$/);
  });

  test("calls nothing by a name that PATH would look for, and nothing of Linux", () => {
    const calls = DARWIN_GUARD_SCRIPT.match(/\b(pfctl|ifconfig)\b/g)?.length;
    expect(DARWIN_GUARD_SCRIPT.match(/\/sbin\/(pfctl|ifconfig)\b/g)).toHaveLength(calls ?? 0);
    expect(DARWIN_GUARD_SCRIPT).not.toMatch(/\b(nft|iptables|ip6?tables|sed|awk|grep|cat|sleep)\b/);
  });
});
