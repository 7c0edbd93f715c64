// Programs to compare with, compiled by the same Bun with the very options of the one build line.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");

/** Compiles `source` into `folder`; returns the program's path. */
export function compileProgram(source: string, folder: string): string {
  const program = join(folder, basename(source, ".ts"));
  const { success, stderr } = Bun.spawnSync(
    [
      process.execPath,
      "build",
      source,
      ...buildOptions(readFileSync(join(ROOT, "build.sh"), "utf8")),
      "--outfile",
      program,
    ],
    // Bun leaves its intermediate files where it is started.
    { cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
  );
  if (!success) throw new Error(`bun build ${basename(source)}: ${stderr.toString()}`);
  return program;
}

/** A program that does nothing: what starting costs before any line of ours. */
export function compileEmptyProgram(folder: string): string {
  const source = join(folder, "empty.ts");
  writeFileSync(source, "export {};\n");
  return compileProgram(source, folder);
}

/** The options that do not name the program itself. */
export function buildOptions(buildScript: string): string[] {
  const line = /"\$bun" build(?: src\/\S+)+ (--compile [^"]*?) --define /.exec(buildScript)?.[1];
  if (line === undefined) throw new Error('build.sh has no line `"$bun" build … --compile … --define …` any more');
  return line.split(/[\s\\]+/).filter((word) => word !== "");
}

/** The version that package.json pins. */
export function pinnedBun(packageJson: string): string {
  const { devDependencies } = JSON.parse(packageJson) as { devDependencies: Record<string, string> };
  return devDependencies["bun"] ?? "";
}
