// Changes to the machine as data, and the one place that makes them.
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CliError } from "../errors.ts";
import type { Environment } from "../paths.ts";
import { writing } from "./own-files.ts";

export type Step =
  | { kind: "folder"; path: string; mode: number; group?: string }
  /** `keep`: what is there already is a person's, and stays. */
  | { kind: "file"; path: string; mode: number; text: string; keep?: boolean }
  | { kind: "remove"; path: string }
  /** `mayFail`: there may be nothing to do for it. `hint`: what to type where it fails; absent: itself. */
  | { kind: "run"; argv: readonly string[]; mayFail?: boolean; hint?: string };

/** Throws at the first step that fails; all of them can be done again. */
export async function applySteps(steps: readonly Step[], env: Environment): Promise<void> {
  for (const step of steps) {
    switch (step.kind) {
      case "folder":
        mkdirSync(step.path, { recursive: true, mode: step.mode });
        if (step.group !== undefined) chownSync(step.path, statSync(step.path).uid, gidOf(step.group));
        break;
      case "file":
        if (step.keep !== true || !existsSync(step.path)) putFile(step);
        break;
      case "remove":
        rmSync(step.path, { force: true });
        break;
      case "run": {
        const { exitCode, said } = await runTool(step.argv, env);
        if (exitCode !== 0 && step.mayFail !== true) throw failed(step, said);
      }
    }
  }
}

/** Runs a short command to its end; `said` is what it wrote to stdout, or to stderr where that is all. */
export async function runTool(argv: readonly string[], env: Environment): Promise<{ exitCode: number; said: string }> {
  const child = Bun.spawn([...argv], { env: { ...env, LC_ALL: "C" }, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, said: out.trim() || err.trim() };
}

// By rename: a reader sees the old file or the new one.
function putFile({ path, mode, text }: Step & { kind: "file" }): void {
  const draft = `${path}.new`;
  try {
    writing(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(draft, text, { mode });
      renameSync(draft, path);
    });
  } finally {
    rmSync(draft, { force: true });
  }
}

function gidOf(group: string): number {
  const entries = readFileSync("/etc/group", "utf8").split("\n");
  const gid = entries.map((entry) => entry.split(":")).find(([name]) => name === group)?.[2];
  if (gid !== undefined) return Number(gid);
  throw new CliError(`there is no group "${group}"`, { hint: "systemd-sysusers" });
}

function failed({ argv, hint }: Step & { kind: "run" }, said: string): CliError {
  const line = argv.join(" ");
  const reason = said.split("\n")[0] ?? "";
  return new CliError(`"${line}" failed${reason === "" ? "" : `: ${reason}`}`, { hint: hint ?? line });
}
