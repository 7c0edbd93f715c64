// One process at a time, by a file that names its holder. A holder that has ended holds nothing.
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "./clock.ts";
import { processIdentity } from "./process-identity.ts";
import { writing } from "./own-files.ts";
import { readIfThere } from "./read-file.ts";

const POLL_MS = 100;

export type Release = () => void;

/** Takes the lock, or returns undefined while another process holds it. Makes its folder where there is none. */
export function tryLock(file: string, identity = processIdentity): Release | undefined {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return tryLockIn(file, identity);
}

/** The same in a folder that somebody has made and checked already. */
export function tryLockIn(file: string, identity = processIdentity): Release | undefined {
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  // Written first and linked then: nobody ever sees a lock without its holder.
  const own = identity(process.pid) ?? String(process.pid);
  try {
    writing(file, () => writeFileSync(draft, own, { mode: 0o600, flag: "wx" }));
    if (!links(draft, file) && !(isStale(file, draft, identity) && links(draft, file))) return undefined;
    return () => {
      // Never a lock that somebody else has taken since.
      if (readIfThere(file) === own) rmSync(file, { force: true });
    };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Waits for the lock. `signal` ends the wait with its reason. */
export async function waitForLock(file: string, clock: Pick<Clock, "after">, signal: AbortSignal): Promise<Release> {
  for (;;) {
    signal.throwIfAborted();
    const release = tryLock(file);
    if (release !== undefined) return release;
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.after(POLL_MS, resolve);
    // The clock's timers do not keep a process alive, but this wait must.
    const alive = setInterval(() => undefined, POLL_MS);
    await promise;
    clearInterval(alive);
  }
}

function links(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

// Moved aside, not deleted: of two that find it stale only one moves it, and it moves what it has looked at.
function isStale(file: string, draft: string, identity: typeof processIdentity): boolean {
  const holder = readIfThere(file);
  if (holder === undefined) return true;
  const pid = Number.parseInt(holder, 10);
  if (pid > 0 && identity(pid) === holder) return false;
  const aside = `${draft}.stale`;
  try {
    renameSync(file, aside);
  } catch {
    return true;
  }
  const moved = readIfThere(aside);
  if (moved !== holder && moved !== undefined) links(aside, file);
  rmSync(aside, { force: true });
  return true;
}
