// The bench: every promise about speed, measured in one run beside the thing it is compared with.
//   bun test/bench/run.ts [REQUESTS] [--strict]
// Prints the table and writes RESULTS.md. With --strict a row that misses its limit makes the exit code 1.
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, type as systemName } from "node:os";
import { join, resolve } from "node:path";
import { commandRows } from "./command-rows.ts";
import { pinnedBun } from "./programs.ts";
import { type Line, type Machine, renderReport } from "./report.ts";
import { residentRows } from "./resident-rows.ts";
import { type Row, judge } from "./row.ts";
import { type Scene, openScene } from "./scene.ts";
import { serverRows } from "./server-rows.ts";
import { warmRows } from "./warm-rows.ts";
import { waitingRows } from "./waiting-rows.ts";

const ROOT = resolve(import.meta.dir, "../..");
const DEFAULT_REQUESTS = 200_000;

function rowsOf(scene: Scene, requests: number): Row[] {
  return [...commandRows(scene), ...serverRows(scene), ...waitingRows(scene), ...warmRows(), ...residentRows(requests)];
}

async function main(words: readonly string[]): Promise<number> {
  const requests = Number(words.find((word) => /^\d+$/.test(word)) ?? DEFAULT_REQUESTS);
  const pinned = pinnedBun(readFileSync(join(ROOT, "package.json"), "utf8"));
  if (Bun.version !== pinned) throw new Error(`this is Bun ${Bun.version}, the program's is ${pinned}: npm run bench`);
  const before = machine();
  await using scene = await openScene();
  const lines: Line[] = [];
  for (const row of rowsOf(scene, requests)) {
    process.stderr.write(`${row.name}, ${row.what} …\n`);
    lines.push({ ...row, measured: await row.measure() });
  }
  const report = renderReport(lines, before, requests);
  process.stdout.write(`${report}\n`);
  writeFileSync(join(import.meta.dir, "RESULTS.md"), report);
  const missed = lines.filter(({ limit, measured }) => judge(limit, measured) === "FAIL");
  for (const { name, what } of missed) process.stderr.write(`missed its limit: ${name}, ${what}\n`);
  return missed.length > 0 && words.includes("--strict") ? 1 : 0;
}

function machine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model ?? "unknown processor",
    cores: all.length,
    system: `${systemName()} ${release()}`,
    bun: Bun.version,
    load: loadavg()[0] ?? 0,
  };
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
