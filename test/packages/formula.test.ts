// The Homebrew formula as ruby reads it, on each machine that it names; Homebrew itself is not there to be asked.
import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { homebrewFormula } from "../../packages/formula.ts";
import { requireTools } from "../support/require-tools.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const PARTS = ["metacred", "completions/metacred.bash", "completions/metacred.zsh", "completions/metacred.fish"];
const SUMS = { "darwin-arm64": "a1", "darwin-x64": "b2", "linux-arm64": "c3", "linux-x64": "d4" };

test("a release of GitHub's: its page is the project's, since the folder of the files has none", () => {
  const url = "https://github.com/acme/metacred/releases/download/v1.2.3";
  const formula = homebrewFormula({ version: "1.2.3", url, sums: SUMS });
  expect(formula).toContain('  homepage "https://github.com/acme/metacred"\n');
  expect(formula).toContain(`url "${url}/metacred-1.2.3-darwin-x64.tar.gz"`);
});

test("a target that was not built has no block", () => {
  const formula = homebrewFormula({
    version: "1.2.3",
    url: "https://x",
    sums: { "darwin-arm64": "a1", "linux-x64": "d4" },
  });
  expect([...formula.matchAll(/^ *(on_\w+) do$/gm)].map(([, block]) => block)).toEqual([
    "on_macos",
    "on_arm",
    "on_linux",
    "on_intel",
  ]);
  expect(homebrewFormula({ version: "1.2.3", url: "https://x", sums: { "linux-x64": "d4" } })).not.toContain(
    "on_macos",
  );
});

describe.skipIf(!requireTools(["ruby"]))("the formula", () => {
  test.each([
    ["macos", "arm", "darwin-arm64", "a1"],
    ["macos", "intel", "darwin-x64", "b2"],
    ["linux", "arm", "linux-arm64", "c3"],
    ["linux", "intel", "linux-x64", "d4"],
  ])("on %s, %s", (system, processor, target, sum) => {
    using folder = scratchFolder();
    const formula = homebrewFormula({ version: "1.2.3", url: "https://example.com/v1/", sums: SUMS });
    const file = folder.file("metacred.rb", formula);
    for (const name of [...PARTS, "man/metacred.1"]) folder.file(join("archive", name), "");
    mkdirSync(join(folder.path, "empty"));
    const ask = (archive: string) =>
      Bun.spawnSync(["ruby", "-W", join(import.meta.dir, "homebrew.rb"), file, system, processor, archive]);
    const { stdout, stderr } = ask(join(folder.path, "archive"));
    expect(stderr.toString()).toBe("");
    expect(JSON.parse(stdout.toString())).toEqual({
      facts: {
        desc: "AWS credentials at 169.254.169.254 for the role you choose",
        homepage: "https://example.com/v1",
        license: "Apache-2.0",
        version: "1.2.3",
        url: `https://example.com/v1/metacred-1.2.3-${target}.tar.gz`,
        sha256: sum,
      },
      placed: {
        bin: ["metacred"],
        bash_completion: ["metacred"],
        zsh_completion: ["_metacred"],
        fish_completion: ["metacred.fish"],
        man1: ["metacred.1"],
      },
      run: system === "macos" ? [["codesign", "--force", "--sign", "-", "bin/metacred"]] : [],
    });
    expect(ask(join(folder.path, "empty")).stderr.toString()).toContain("the archive has no metacred");
  });
});
