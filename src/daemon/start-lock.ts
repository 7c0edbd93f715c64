// Two `serve` at once: one of them starts, the other says so. Held only until the control socket answers, which is
// what tells a running daemon from then on.
import { CliError } from "../errors.ts";
import { processIdentity } from "../sys/process-identity.ts";
import { type Release, tryLockIn } from "../sys/process-lock.ts";
import { readIfThere } from "../sys/read-file.ts";

/** Returns the release. A lock whose process has ended is taken over. */
export function takeStartLock(file: string, identity = processIdentity): Release {
  const release = tryLockIn(file, identity);
  if (release !== undefined) return release;
  const pid = Number.parseInt(readIfThere(file) ?? "", 10);
  const holder = pid > 0 ? ` (pid ${pid})` : "";
  throw new CliError(`another metacred is starting${holder}`, { hint: "metacred status" });
}
