// Two `serve` at once: one of them starts, the other says so. Held only until the control socket answers, which is
// what tells a running daemon from then on.
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { CliError } from "../errors.ts";
import { processIdentity } from "../sys/process-identity.ts";

/** Returns the release. A lock whose process has ended is taken over. */
export function takeStartLock(file: string, identity = processIdentity): () => void {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const fd = openSync(file, "wx", 0o600);
      writeSync(fd, identity(process.pid) ?? "");
      closeSync(fd);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      const holder = holderOf(file);
      const pid = Number.parseInt(holder ?? "", 10);
      if (pid > 0 && identity(pid) === holder) {
        throw new CliError(`another metacred is starting (pid ${pid})`, { hint: "metacred status" });
      }
      rmSync(file, { force: true });
    }
  }
  throw new CliError("another metacred is starting", { hint: "metacred status" });
}

function holderOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
