// `npm run release` on copies of the checkout: the version is git's, and two builds give the same bytes.
import { describe, expect, test } from "bun:test";
import { readFileSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { copyCheckout, installMachine, PATH, ROOT, sha256 } from "../support/install-machine.ts";
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
  copyCheckout(to);
  symlinkSync(join(ROOT, "node_modules"), join(to, "node_modules"));
  git(to, "init", "--quiet");
  git(to, "add", "--all");
  git(to, "commit", "--quiet", "--message=all", "--date=1700000000 +0000");
  return to;
}

describe.skipIf(!requireTools(["git"], { platform: "linux" }))("npm run release", () => {
  test("tagged: the version of package.json, installed by install.sh; the same program built elsewhere", async () => {
    using machine = installMachine();
    const target = `linux-${process.arch}`;
    machine.env["METACRED_TARGETS"] = target;
    const done = { stdout: "", stderr: "", exitCode: 0 };
    const first = checkout(machine.folder());
    git(first, "tag", `v${packageJson.version}`);
    expect(await machine.run(["sh", join(first, "build.sh"), "release"])).toEqual(done);
    expect(readdirSync(join(first, "dist"))).toEqual(["release"]);
    expect(await machine.install("--release", join(first, "dist/release"))).toMatchObject({ stderr: "", exitCode: 0 });
    const program = join(machine.prefix, "bin/metacred");
    expect((await machine.run([program, "--version"])).stdout).toBe(`${packageJson.version}\n`);

    // What packages are made of it is compared with stand-ins, which takes less long.
    const second = checkout(machine.folder());
    expect(await machine.run(["sh", join(second, "build.sh"), "all"])).toEqual(done);
    const built = readFileSync(join(second, "dist", `metacred-${target}`));
    expect(sha256(built)).toBe(sha256(readFileSync(program)));
  }, 300_000);
});
