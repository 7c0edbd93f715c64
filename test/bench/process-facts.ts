// What Linux knows of a running process: its resident memory and the time it has had a core (proc_pid_status(5),
// proc_pid_schedstat(5)).
import { existsSync, readFileSync, readdirSync } from "node:fs";

export function hasProcessFacts(): boolean {
  return existsSync("/proc/self/schedstat");
}

export function residentMiB(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kibibytes) / 1024;
}

/** Of all threads together. The ticks of /proc/PID/stat are ten milliseconds each, too coarse for an idle process. */
export function cpuMs(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const spentNs = readdirSync(tasks).map((task) =>
    Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]),
  );
  return spentNs.reduce((sum, ns) => sum + ns, 0) / 1e6;
}
