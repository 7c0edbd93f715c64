// A command of the user's must not outlive its usefulness: it runs in a process group of its own, which is ended at the
// time limit with everything it started.
import { spawn } from "node:child_process";
import { heededSignals } from "../sys/heeded-signals.ts";

export type Output = { stdout: string; stderr: string };

type Options = {
  env?: NodeJS.ProcessEnv;
  /** Knows a failure by what was written to stderr. */
  explain?(stderr: string): Error | undefined;
};

const OUTPUT_LIMIT_BYTES = 1_048_576;

// POSIX, sh, 2.8.2.
const SHELLS_OWN: Readonly<Record<number, string>> = { 126: ": it cannot be run", 127: ": it is not there" };

const live = new Set<number>();

/** Whatever ends this process in order takes along what it has started. Once for a process. */
export function endWithProcess(): void {
  process.on("exit", () => live.forEach(endGroup));
}

/** Runs `command` by the shell. `name` is what it is called in the words of a failure. Asks nobody: it has no input. */
export function runLimited(
  command: string,
  name: string,
  limitMs: number,
  { env = process.env, explain }: Options = {},
): Promise<Output> {
  hearSignals();
  const child = spawn("/bin/sh", ["-c", command], { detached: true, stdio: ["ignore", "pipe", "pipe"], env });
  const group = child.pid;
  if (group !== undefined) live.add(group);
  const { promise, resolve, reject } = Promise.withResolvers<Output>();
  const output: Output = { stdout: "", stderr: "" };
  let ended: string | undefined;
  const end = (why: string) => {
    ended ??= why;
    if (group !== undefined) endGroup(group);
    // What left the group may still hold the pipes open; nobody waits for it.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const timer = setTimeout(() => end(`was ended: it took longer than ${limitMs / 1000} s`), limitMs);
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      output[stream] += text;
      if (output[stream].length > OUTPUT_LIMIT_BYTES) end(`was ended: it wrote more than 1 MiB to ${stream}`);
    });
  }
  child.on("error", (error) => {
    clearTimeout(timer);
    if (group === undefined) hearNoMore();
    reject(error);
  });
  child.on("close", (code, signal) => {
    clearTimeout(timer);
    if (group !== undefined && live.delete(group)) hearNoMore();
    if (code === 0 && ended === undefined) return resolve(output);
    const known = explain?.(output.stderr);
    if (known !== undefined) return reject(known);
    // Its own words are nobody's to repeat: they would go on into logs, and may hold a secret.
    const exited = `exited with ${code}${SHELLS_OWN[code ?? 0] ?? ""}`;
    return reject(new Error(`${name} ${ended ?? (signal === null ? exited : `was killed by ${signal}`)}`));
  });
  return promise;
}

// Ctrl-C reaches the terminal's own group alone, and a signal ends this process without the event of its end.
let heard: readonly NodeJS.Signals[] = [];
let running = 0;

/** Before the command is started: a signal may come while it is. */
function hearSignals(): void {
  if (running++ > 0) return;
  heard = heededSignals(["SIGINT", "SIGTERM", "SIGHUP"]);
  for (const signal of heard) process.on(signal, endAll);
}

function hearNoMore(): void {
  if (--running === 0) for (const signal of heard) process.off(signal, endAll);
}

function endAll(signal: NodeJS.Signals): void {
  // Who else listens decides what becomes of this process.
  if (process.listenerCount(signal) > 1) return;
  for (const group of live) endGroup(group);
  for (const one of heard) process.off(one, endAll);
  process.kill(process.pid, signal);
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself in the meantime.
  }
}
