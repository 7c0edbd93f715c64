// Two `serve` at once: one of them starts, the other says so. Held only until the control socket answers, which is
// what tells a running daemon from then on.
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { CliError } from "../errors.ts";

/** Returns the release. A lock whose process has ended is taken over. */
export function takeStartLock(file: string, pid: number, isAlive: (pid: number) => boolean): () => void {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const fd = openSync(file, "wx", 0o600);
      writeSync(fd, String(pid));
      closeSync(fd);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      const holder = holderOf(file);
      if (holder !== undefined && isAlive(holder)) {
        throw new CliError(`another metacred is starting (pid ${holder})`, { hint: "metacred status" });
      }
      rmSync(file, { force: true });
    }
  }
  throw new CliError("another metacred is starting", { hint: "metacred status" });
}

function holderOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

export function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
