// `metacred doctor`: what was found, each with its fix; `--fix` applies those that can do no harm.
import { chmodSync, rmSync, statSync } from "node:fs";
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { gatherFacts } from "./doctor-facts.ts";
import { type DoctorFacts, type Finding, findingsOf } from "./doctor-findings.ts";

/** Exit 0 when a fresh SDK started from this shell would get the role. */
export async function runDoctor(context: Context, { json, fix }: { json: boolean; fix: boolean }): Promise<ExitCode> {
  const seen = await gatherFacts(context);
  const fixed = fix ? applySafeFixes(seen) : [];
  const findings = findingsOf(fix ? { ...seen, loose: [], stale: [] } : seen);
  const ok = findings.every(({ level }) => level !== "error");
  process.stdout.write(
    json ? `${JSON.stringify({ ok, fixed, findings }, undefined, 2)}\n` : renderFindings(ok, fixed, findings),
  );
  return ok ? EXIT.ok : EXIT.failure;
}

function applySafeFixes({ loose, stale }: DoctorFacts): string[] {
  for (const { path, mode } of loose) chmodSync(path, modeOf(path, mode));
  for (const path of stale) rmSync(path, { force: true });
  return [...loose.map(({ path, mode }) => `chmod ${mode} ${path}`), ...stale.map((path) => `rm ${path}`)];
}

// "go-w" is what a person types; the rest are digits.
function modeOf(path: string, mode: string): number {
  return mode === "go-w" ? statSync(path).mode & 0o755 : Number.parseInt(mode, 8);
}

function renderFindings(ok: boolean, fixed: readonly string[], findings: readonly Finding[]): string {
  return [
    ...fixed.map((what) => `fixed: ${what}\n`),
    ...findings.map(({ level, message, fix }) => `${level}: ${message}\n  try: ${fix}\n`),
    ok ? "a fresh SDK gets the role\n" : "a fresh SDK would not get the role\n",
  ].join("");
}
