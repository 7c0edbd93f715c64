// The last line of a test run, from the runner's own JUnit report, and the exit status that goes with it.

import { readFileSync } from "node:fs";

type Counts = { passed: number; failed: number; skipped: number };

/** Of the report's root element; undefined where there is none. `bun test` counts its todos as skipped there. */
export function countTests(xml: string): Counts | undefined {
  const root = /<testsuites [^>]*>/.exec(xml)?.[0];
  if (root === undefined) return undefined;
  const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(root)?.[1] ?? Number.NaN);
  const [tests, failed, skipped] = [count("tests"), count("failures"), count("skipped")];
  const passed = tests - failed - skipped;
  return Number.isInteger(passed) ? { passed, failed, skipped } : undefined;
}

/** Why a run is no success. The report does not know of an error outside of all tests: the runner's status does. */
export function complaints(counts: Counts | undefined, runnerStatus: number, ci: boolean): readonly string[] {
  if (counts === undefined) return [`bun test left no report (exit status ${runnerStatus})`];
  const { passed, failed, skipped } = counts;
  return [
    ...(passed + failed === 0 ? ["no test ran"] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(failed === 0 && runnerStatus !== 0
      ? [`an error outside of any test (exit status ${runnerStatus}), see above`]
      : []),
    ...(ci && skipped > 0 ? ["with CI=true nothing may be skipped"] : []),
  ];
}

function readReport(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function report(file: string, runnerStatus: number): number {
  const counts = countTests(readReport(file));
  const wrong = complaints(counts, runnerStatus, process.env["CI"] === "true");
  for (const line of wrong) console.error(`test/run.sh: ${line}`);
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: 0 };
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return wrong.length === 0 ? 0 : Math.max(runnerStatus, 1);
}

if (import.meta.main) process.exit(report(process.argv[2] ?? "", Number(process.argv[3])));
