// `npm run release` on copies of the checkout: the version is git's, and two builds give the same bytes.
import { describe, expect, test } from "bun:test";
import { cpSync, existsSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { contents, installMachine, PATH, ROOT } from "../support/install-machine.ts";
import { requireTools } from "../support/require-tools.ts";

function git(folder: string, ...words: string[]): string {
  const env = { PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: "1", GIT_COMMITTER_DATE: "1700000000 +0000" };
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  const { stdout, stderr, exitCode } = Bun.spawnSync(["git", ...who, ...words], { cwd: folder, env });
  expect({ words, exitCode, stderr: exitCode === 0 ? "" : stderr.toString() }).toEqual({
    words,
    exitCode: 0,
    stderr: "",
  });
  return stdout.toString();
}

function checkout(to: string): string {
  const names = Bun.spawnSync(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  for (const name of names.stdout.toString().split("\0")) {
    if (name !== "" && existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(to, name));
  }
  symlinkSync(join(ROOT, "node_modules"), join(to, "node_modules"));
  git(to, "init", "--quiet");
  git(to, "add", "--all");
  git(to, "commit", "--quiet", "--message=all", "--date=1700000000 +0000");
  return to;
}

describe.skipIf(!requireTools(["git"], { platform: "linux" }))("npm run release", () => {
  test("tagged: the version of package.json, installed by install.sh; the same bytes elsewhere", async () => {
    using machine = installMachine();
    machine.env["METACRED_TARGETS"] = `linux-${process.arch}`;
    const [first, second] = [checkout(machine.folder()), checkout(machine.folder())];
    for (const one of [first, second]) {
      git(one, "tag", `v${packageJson.version}`);
      expect(await machine.run(["sh", join(one, "build.sh"), "release"])).toEqual({
        stdout: "",
        stderr: "",
        exitCode: 0,
      });
    }
    expect(contents(join(second, "dist/release"))).toEqual(contents(join(first, "dist/release")));
    expect(readdirSync(join(first, "dist"))).toEqual(["release"]);
    expect(await machine.install("--release", join(first, "dist/release"))).toMatchObject({ stderr: "", exitCode: 0 });
    const { stdout } = await machine.run([join(machine.prefix, "bin/metacred"), "--version"]);
    expect(stdout).toBe(`${packageJson.version}\n`);
  }, 300_000);
});
