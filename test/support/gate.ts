// A named pipe: a program that reads it waits until the test opens it. No sleep, no polling.
import { join } from "node:path";

export type Gate = {
  /** `cat PATH > /dev/null` waits. */
  path: string;
  /** Lets one waiting reader on, the next to come where none waits yet. */
  open(): Promise<void>;
};

export function createGate(folder: string): Gate {
  const path = join(folder, "gate");
  if (!Bun.spawnSync(["mkfifo", path]).success) throw new Error(`no pipe at ${path}`);
  return {
    path,
    // A shell's open blocks until there is a reader; Bun's own fails instead.
    open: async () => void (await Bun.spawn(["sh", "-c", ': > "$1"', "sh", path]).exited),
  };
}
