// Two `serve` at once: one of them starts, the other says so. Held only until the control socket answers, which is
// what tells a running daemon from then on.
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { CliError } from "../errors.ts";

/** Returns the release. A lock whose process has ended is taken over. */
export function takeStartLock(file: string, pid: number, isAlive: (pid: number) => boolean): () => void {
  // Linked into place with its pid in it: an empty lock would look like one whose process has ended.
  const written = `${file}.${pid}`;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(written, String(pid), { mode: 0o600 });
      linkSync(written, file);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      const holder = holderOf(file);
      if (holder !== undefined && isAlive(holder)) {
        throw new CliError(`another metacred is starting (pid ${holder})`, { hint: "metacred status" });
      }
      rmSync(file, { force: true });
    } finally {
      rmSync(written, { force: true });
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
