// What Linux knows of a running process: its resident memory and the time it has had a processor.
import { dlopen } from "bun:ffi";
import { readFileSync } from "node:fs";

export function hasProcessFacts(): boolean {
  return process.platform === "linux";
}

/** proc_pid_status(5). */
export function residentMiB(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kibibytes) / 1024;
}

/**
 * Of all threads, those that have ended too: clock_getcpuclockid(3). The ticks of /proc/PID/stat are ten milliseconds
 * each, too coarse for an idle process.
 */
export function cpuMs(pid: number): number {
  const { symbols, close } = dlopen("libc.so.6", {
    clock_getcpuclockid: { args: ["i32", "ptr"], returns: "i32" },
    clock_gettime: { args: ["i32", "ptr"], returns: "i32" },
  });
  const clock = new Int32Array(1);
  const time = new BigInt64Array(2);
  const failed = symbols.clock_getcpuclockid(pid, clock) !== 0 || symbols.clock_gettime(clock[0] ?? 0, time) !== 0;
  close();
  if (failed) throw new Error(`no clock of process ${pid}`);
  const [seconds = 0n, nanoseconds = 0n] = time;
  return Number(seconds) * 1000 + Number(nanoseconds) / 1e6;
}
