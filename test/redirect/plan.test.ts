import { describe, expect, test } from "bun:test";
import { CliError } from "../../src/errors.ts";
import { GUARD_SCRIPT } from "../../src/redirect/guard-script.ts";
import { planCleanup, planRedirect, redirectRequest } from "../../src/redirect/linux.ts";
import { asRoot, findElevation, parseGuardLine, type RedirectInput } from "../../src/redirect/plan.ts";

const input: RedirectInput = {
  method: "auto",
  targets: [{ address: "169.254.169.254", port: 25772 }],
  users: [1000],
  ownerUid: 1000,
  isRoot: false,
  elevation: { program: "sudo", path: "/usr/bin/sudo" },
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
          "1000",
          "1000",
          "169.254.169.254=25772",
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
          "0",
          "0",
          "169.254.169.254=25772",
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
          "all",
          "1000",
          "169.254.169.254=25772",
        ],
        "summary": 
      "adds 169.254.169.254/32 to lo and sends its port 80 to 127.0.0.1:25772 for processes of every user (iptables)
      undone when metacred ends, however it ends"
      ,
      }
    `);
  });

  test("a user named twice is in the rule once", () => {
    expect(planRedirect({ ...input, users: [1000, 0, 1000] }).argv.at(-3)).toBe("1000,0");
  });

  test("both address families", () => {
    const targets: RedirectInput["targets"] = [...input.targets, { address: "fd00:ec2::254", port: 25773 }];
    const { argv, summary } = planRedirect({ ...input, targets });
    const request = redirectRequest({ ...input, targets });
    expect({ words: argv.slice(-2), request, summary }).toMatchInlineSnapshot(`
      {
        "request": "auto 1000 169.254.169.254=25772 fd00:ec2::254=25773",
        "summary": 
      "adds 169.254.169.254/32 and fd00:ec2::254/128 to lo and sends its port 80 to 127.0.0.1:25772, port 80 of fd00:ec2::254 to [::1]:25773 for processes of uid 1000 (nftables, else iptables)
      undone when metacred ends, however it ends"
      ,
        "words": [
          "169.254.169.254=25772",
          "fd00:ec2::254=25773",
        ],
      }
    `);
  });

  test("containers", () => {
    const { argv, summary } = planRedirect({ ...input, containers: 25772 });
    expect([argv.at(-1), redirectRequest({ ...input, containers: 25772 })]).toEqual([
      "containers=25772",
      "auto 1000 169.254.169.254=25772 containers=25772",
    ]);
    expect(summary.split("\n")[1]).toBe(
      "and port 80 of 169.254.169.254 to port 25772 of its own bridge for each container on a bridge of Docker's or Podman's",
    );
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
          "1000",
        ],
        "summary": "removes the nft tables metacred_1000, the iptables chains METACRED_1000_*, and the emulated addresses from lo unless another user's redirect needs them",
      }
    `);
  });
});

describe("becoming root", () => {
  test("root needs nobody", () => {
    const elevation = { program: "sudo", path: "/usr/bin/sudo" } as const;
    expect(asRoot(["/bin/true"], { isRoot: true, elevation })).toEqual(["/bin/true"]);
  });

  test.each([
    ["sudo", ["/usr/bin/sudo", "-p", "[metacred] password for %p: ", "--", "/bin/true"]],
    ["doas", ["/usr/bin/doas", "--", "/bin/true"]],
    ["pkexec", ["/usr/bin/pkexec", "/bin/true"]],
  ] as const)("%s", (program, argv) => {
    const elevation = findElevation((name) => (name === program ? `/usr/bin/${name}` : null));
    expect(elevation).toEqual({ program, path: `/usr/bin/${program}` });
    expect(asRoot(["/bin/true"], { isRoot: false, elevation })).toEqual([...argv]);
  });

  test("sudo before doas before pkexec", () => {
    expect(findElevation((name) => `/bin/${name}`)?.program).toBe("sudo");
    expect(findElevation((name) => (name === "sudo" ? null : `/bin/${name}`))?.program).toBe("doas");
  });

  test("without any: exit 5, and the way to do without a redirect", () => {
    const attempt = () => asRoot(["/bin/true"], { isRoot: false, elevation: undefined });
    expect(attempt).toThrow(new CliError("the redirect needs root, and none of sudo, doas and pkexec is installed"));
    expect(attempt).toThrow(expect.objectContaining({ exit: 5, hint: "metacred serve --no-redirect" }));
  });
});

describe("what the guard says", () => {
  test.each([
    ["UP nft", { up: "nft" }],
    ["UP iptables\r", { up: "iptables" }],
    ["UP pf", { up: "pf" }],
    ["FAIL nft: Operation not permitted", { failed: "nft: Operation not permitted" }],
    ["FAIL", { failed: "" }],
    ["UP", undefined],
    ["UP ipfw", undefined],
    ["FAILED", undefined],
    ["", undefined],
    ["sudo: a password is required", undefined],
  ] as const)("%j", (line, expected) => {
    expect(parseGuardLine(line)).toEqual(expected);
  });
});
