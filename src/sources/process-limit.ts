// A credential_process must not outlive its usefulness: it runs in a process group of its own, which is ended at the
// time limit with everything it started. The AWS SDK runs it by an `exec` that it lets callers replace.
import { spawn } from "node:child_process";
import { externalDataInterceptor } from "@smithy/core/config";

type ExecCallback = (error: Error | null, output?: { stdout: string; stderr: string }) => void;

const OUTPUT_LIMIT_BYTES = 1_048_576;

/** From now on the SDK's process provider runs its commands here. `limitMs` as Go's `DefaultTimeout`, a minute. */
export function limitCredentialProcesses(limitMs: number): void {
  const record = externalDataInterceptor.getTokenRecord() as Record<string, unknown>;
  record["exec"] = (command: string, done: ExecCallback) => runInGroup(command, limitMs, done);
}

function runInGroup(command: string, limitMs: number, done: ExecCallback): void {
  const child = spawn("/bin/sh", ["-c", command], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const output = { stdout: "", stderr: "" };
  const timer = setTimeout(() => endGroup(child.pid), limitMs);
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      if (output[name].length > OUTPUT_LIMIT_BYTES) endGroup(child.pid);
    });
  }
  child.on("error", (error) => {
    clearTimeout(timer);
    done(error);
  });
  child.on("close", (code, signal) => {
    clearTimeout(timer);
    if (code === 0) return done(null, output);
    const reason = signal === null ? `exited with ${code}` : "was ended: it took too long or said too much";
    const words = output.stderr.trim().split("\n").at(-1) ?? "";
    return done(new Error(`credential_process ${reason}${words === "" ? "" : `: ${words}`}`));
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself in the meantime.
  }
}
