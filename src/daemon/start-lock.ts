// Two `serve` at once: one of them starts, the other says so. Held only until the control socket answers, which is
// what tells a running daemon from then on.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { CliError } from "../errors.ts";
import { processIdentity } from "../sys/process-identity.ts";

/** Returns the release. A lock whose process has ended is taken over. */
export function takeStartLock(file: string, identity = processIdentity): () => void {
  // Linked into place with its holder in it: an empty lock would look like one whose process has ended.
  const written = `${file}.${process.pid}`;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const own = identity(process.pid) ?? "";
      writeFileSync(written, own, { mode: 0o600 });
      linkSync(written, file);
      return () => {
        if (holderOf(file) === own) rmSync(file, { force: true });
      };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      const holder = holderOf(file);
      const pid = Number.parseInt(holder ?? "", 10);
      if (pid > 0 && identity(pid) === holder) {
        throw new CliError(`another metacred is starting (pid ${pid})`, { hint: "metacred status" });
      }
      removeStale(file, holder);
    } finally {
      rmSync(written, { force: true });
    }
  }
  throw new CliError("another metacred is starting", { hint: "metacred status" });
}

// By a rename, which only one can do: a third starter may have taken the stale lock over since it was read.
function removeStale(file: string, holder: string | undefined): void {
  const stale = `${file}.${process.pid}.stale`;
  try {
    renameSync(file, stale);
    if (holderOf(stale) !== holder) linkSync(stale, file);
  } catch {
    // Gone, or held anew: the next attempt tells.
  } finally {
    rmSync(stale, { force: true });
  }
}

function holderOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
