import { describe, expect, test } from "bun:test";
import { CliError } from "../../src/errors.ts";
import { planCleanup } from "../../src/redirect/down.ts";
import { GUARD_SCRIPT } from "../../src/redirect/guard-script.ts";
import { planRedirect } from "../../src/redirect/linux.ts";
import { asRoot, parseGuardLine, type RedirectInput } from "../../src/redirect/plan.ts";

const input: RedirectInput = {
  method: "auto",
  port: 25772,
  users: [1000],
  ownerUid: 1000,
  isRoot: false,
  sudo: "/usr/bin/sudo",
};

function shown(argv: readonly string[]): readonly string[] {
  return argv.map((word) => (word === GUARD_SCRIPT ? "SCRIPT" : word));
}

describe("what is run", () => {
  test("as a user, by sudo", () => {
    const { argv, summary } = planRedirect(input);
    expect({ argv: shown(argv), summary }).toMatchInlineSnapshot(`
      {
        "argv": [
          "/usr/bin/sudo",
          "-p",
          "[metacred] password for %p: ",
          "--",
          "/bin/sh",
          "-c",
          "SCRIPT",
          "metacred-redirect",
          "auto",
          "25772",
          "1000",
          "1000",
        ],
        "summary": 
      "adds 169.254.169.254/32 to lo and sends its port 80 to 127.0.0.1:25772 for processes of uid 1000 (nftables, else iptables)
      undone when metacred ends, however it ends"
      ,
      }
    `);
  });

  test("as root, by itself", () => {
    const { argv, summary } = planRedirect({ ...input, isRoot: true, ownerUid: 0, users: [0], method: "nft" });
    expect({ argv: shown(argv), summary }).toMatchInlineSnapshot(`
      {
        "argv": [
          "/bin/sh",
          "-c",
          "SCRIPT",
          "metacred-redirect",
          "nft",
          "25772",
          "0",
          "0",
        ],
        "summary": 
      "adds 169.254.169.254/32 to lo and sends its port 80 to 127.0.0.1:25772 for processes of uid 0 (nftables)
      undone when metacred ends, however it ends"
      ,
      }
    `);
  });

  test("for everybody", () => {
    const { argv, summary } = planRedirect({ ...input, users: "*", method: "iptables" });
    expect({ argv: shown(argv).slice(-4), summary }).toMatchInlineSnapshot(`
      {
        "argv": [
          "iptables",
          "25772",
          "all",
          "1000",
        ],
        "summary": 
      "adds 169.254.169.254/32 to lo and sends its port 80 to 127.0.0.1:25772 for processes of every user (iptables)
      undone when metacred ends, however it ends"
      ,
      }
    `);
  });

  test("a user named twice is in the rule once", () => {
    expect(planRedirect({ ...input, users: [1000, 0, 1000] }).argv.at(-2)).toBe("1000,0");
  });

  test("to clean up after a double kill", () => {
    const { argv, summary } = planCleanup(input);
    expect({ argv: shown(argv), summary }).toMatchInlineSnapshot(`
      {
        "argv": [
          "/usr/bin/sudo",
          "-p",
          "[metacred] password for %p: ",
          "--",
          "/bin/sh",
          "-c",
          "SCRIPT",
          "metacred-redirect",
          "clean",
          "0",
          "all",
          "1000",
        ],
        "summary": "removes the nft table metacred_1000, the iptables chains METACRED_1000_*, and 169.254.169.254/32 from lo unless another user's redirect needs it",
      }
    `);
  });
});

describe("becoming root", () => {
  test("root needs no sudo", () => {
    expect(asRoot(["/bin/true"], { isRoot: true, sudo: "/usr/bin/sudo" })).toEqual(["/bin/true"]);
  });

  test("without sudo: exit 5, and the way to do without a redirect", () => {
    const attempt = () => asRoot(["/bin/true"], { isRoot: false, sudo: undefined });
    expect(attempt).toThrow(new CliError("the redirect needs root, and sudo is not installed"));
    expect(attempt).toThrow(expect.objectContaining({ exit: 5, hint: "metacred serve --no-redirect" }));
  });
});

describe("what the guard says", () => {
  test.each([
    ["UP nft", { up: "nft" }],
    ["UP iptables\r", { up: "iptables" }],
    ["FAIL nft: Operation not permitted", { failed: "nft: Operation not permitted" }],
    ["FAIL", { failed: "" }],
    ["UP", undefined],
    ["UP pf", undefined],
    ["FAILED", undefined],
    ["", undefined],
    ["sudo: a password is required", undefined],
  ] as const)("%j", (line, expected) => {
    expect(parseGuardLine(line)).toEqual(expected);
  });
});
