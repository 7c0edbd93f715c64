// Which process a number means: process ids are used again, so a start time stands beside.
import { readFileSync } from "node:fs";

/** "pid" and, on Linux, the kernel's start time of that process; undefined when there is none, or only a zombie. */
export function processIdentity(pid: number): string | undefined {
  if (process.platform !== "linux") return isThere(pid) ? String(pid) : undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // proc(5): fields count from the last parenthesis; the state is the first behind it, the start time the twentieth.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : `${pid} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
