// A credential_process must not outlive its usefulness: it runs in a process group of its own, which is ended at the
// time limit with everything it started. The AWS SDK runs it by an `exec` that it lets callers replace.
import { spawn } from "node:child_process";
import { externalDataInterceptor } from "@smithy/core/config";

type ExecCallback = (error: Error | null, output?: { stdout: string; stderr: string }) => void;

const OUTPUT_LIMIT_BYTES = 1_048_576;

/** From now on the SDK's process provider runs its commands here. `limitMs` as Go's `DefaultTimeout`, a minute. */
export function limitCredentialProcesses(limitMs: number): void {
  const record = externalDataInterceptor.getTokenRecord() as Record<string, unknown>;
  const live = new Set<number>();
  record["exec"] = (command: string, done: ExecCallback) => runInGroup(command, limitMs, live, done);
  // Whatever ends this process in order takes along what it has started.
  process.on("exit", () => live.forEach(endGroup));
}

function runInGroup(command: string, limitMs: number, live: Set<number>, done: ExecCallback): void {
  const child = spawn("/bin/sh", ["-c", command], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const group = child.pid;
  if (group !== undefined) live.add(group);
  const output = { stdout: "", stderr: "" };
  let ended: string | undefined;
  const end = (why: string) => {
    ended ??= why;
    if (group !== undefined) endGroup(group);
    // What left the group may still hold the pipes open; nobody waits for it.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const timer = setTimeout(() => end(`was ended: it took longer than ${limitMs / 1000} s`), limitMs);
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      if (output[name].length > OUTPUT_LIMIT_BYTES) end(`was ended: it wrote more than 1 MiB to ${name}`);
    });
  }
  child.on("error", (error) => {
    clearTimeout(timer);
    done(error);
  });
  child.on("close", (code, signal) => {
    clearTimeout(timer);
    if (group !== undefined) live.delete(group);
    if (code === 0 && ended === undefined) return done(null, output);
    const words = ended === undefined ? (output.stderr.trim().split("\n").at(-1) ?? "") : "";
    const reason = ended ?? (signal === null ? `exited with ${code}` : `was killed by ${signal}`);
    return done(new Error(`credential_process ${reason}${words === "" ? "" : `: ${words}`}`));
  });
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself in the meantime.
  }
}
