// What nohup(1), or a script for what it starts with `&`, has a program ignore, a listener of Bun's would hear again.
import { readFileSync } from "node:fs";
import { constants } from "node:os";

/** Those of them that this process was not started to ignore. To be asked before it listens for any. */
export function heededSignals(signals: readonly NodeJS.Signals[], status = ownStatus()): NodeJS.Signals[] {
  const ignored = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  return signals.filter((signal) => ((ignored >> BigInt(constants.signals[signal] - 1)) & 1n) === 0n);
}

// proc_pid_status(5). Empty where there is no /proc: all are heeded then.
function ownStatus(): string {
  try {
    return readFileSync("/proc/self/status", "latin1");
  } catch {
    return "";
  }
}
