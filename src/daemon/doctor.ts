// `metacred doctor`: what was found, each with its fix; `--fix` applies those that can do no harm.
import { rmSync } from "node:fs";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { print } from "../print.ts";
import { gatherFacts } from "./doctor-facts.ts";
import type { Finding } from "./doctor-finding.ts";
import { type DoctorFacts, findingsOf } from "./doctor-findings.ts";
import { mend } from "./loose-files.ts";

/** Exit 0 when a fresh SDK started from this shell would get the role. */
export async function runDoctor(context: Context, { json, fix }: { json: boolean; fix: boolean }): Promise<ExitCode> {
  const seen = await gatherFacts(context);
  const fixed = fix ? applySafeFixes(seen) : [];
  // What was mended may have been in the way of a closer look.
  const findings = findingsOf(fixed.length === 0 ? seen : await gatherFacts(context));
  const ok = findings.every(({ level }) => level !== "error");
  await print(
    json ? `${JSON.stringify({ ok, fixed, findings }, undefined, 2)}\n` : renderFindings(ok, fixed, findings),
  );
  return ok ? EXIT.ok : EXIT.failure;
}

function applySafeFixes({ loose, stale }: DoctorFacts): string[] {
  const mended = loose.filter(mend).map(({ fix }) => fix);
  for (const path of stale) rmSync(path, { force: true });
  return [...mended, ...stale.map((path) => `rm ${path}`)];
}

function renderFindings(ok: boolean, fixed: readonly string[], findings: readonly Finding[]): string {
  return [
    ...fixed.map((what) => `fixed: ${what}\n`),
    ...findings.map(({ level, message, fix }) => `${level}: ${message}\n  try: ${fix}\n`),
    ok ? "a fresh SDK gets the role\n" : "a fresh SDK would not get the role\n",
  ].join("");
}
