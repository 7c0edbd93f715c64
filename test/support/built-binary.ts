// The program as users run it: compiled into one file by build.sh.

import { readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");

/**
 * The absolute path of the compiled program; built first where it is absent or older than its sources. Another version
 * has a folder of its own, kept for later runs. Two may build at once: build.sh puts a finished file in place by rename.
 */
export async function builtBinary(version?: string): Promise<string> {
  const folder = version === undefined ? join(ROOT, "dist") : join(ROOT, "node_modules", ".cache", "metacred", version);
  const binary = join(folder, "metacred");
  if (!isFresh(binary)) await build(folder, version);
  return binary;
}

function isFresh(binary: string): boolean {
  const builtMs = statSync(binary, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).map((name) =>
    join("src", name),
  );
  // The program prints the completion scripts.
  const scripts = ["bash", "fish", "ps1", "zsh"].map((shell) => `completions/metacred.${shell}`);
  return [...sources, ...scripts, "build.sh", "package.json"].every(
    (name) => statSync(join(ROOT, name)).mtimeMs < builtMs,
  );
}

async function build(folder: string, version: string | undefined): Promise<void> {
  const child = Bun.spawn(["sh", join(ROOT, "build.sh")], {
    env: { ...process.env, METACRED_DIST: folder, ...(version === undefined ? {} : { METACRED_VERSION: version }) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said = await child.stderr.text();
  if ((await child.exited) !== 0) throw new Error(`build.sh: ${said}`);
}
