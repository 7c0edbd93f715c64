// Undoes what Bun changes of a process for itself, which other programs would inherit or share.
import { readFileSync } from "node:fs";
import { openCLibrary } from "./c-library.ts";
import { STDERR, STDIN, STDOUT } from "./is-terminal.ts";

// The same numbers on Linux and macOS.
const SIGPIPE = 13;
const SIGXFSZ = 25;
const SIG_DFL = 0;
/** Of Linux (asm-generic/resource.h, asm-generic/fcntl.h). */
const RLIMIT_NOFILE = 7;
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const SIGNATURES = {
  signal: { args: ["i32", "u64"], returns: "u64" },
  setrlimit: { args: ["i32", "ptr"], returns: "i32" },
  fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
} as const;

/** Does nothing where no C library can be loaded. */
export function restoreInheritedState(platform: NodeJS.Platform = process.platform): void {
  const libc = openCLibrary(SIGNATURES, platform);
  if (libc === undefined) return;
  // Ignored by Bun: `yes | head` would complain about a broken pipe instead of ending.
  for (const signal of [SIGPIPE, SIGXFSZ]) libc.signal(signal, SIG_DFL);
  // Raised by Bun to what is allowed at most: programs that close every possible descriptor would take their time.
  // Not on macOS, whose numbers are others.
  if (platform !== "linux") return;
  const limits = openFilesOfParent();
  if (limits !== undefined) libc.setrlimit(RLIMIT_NOFILE, limits);
}

/**
 * Node's streams make a pipe non-blocking for all who have it, and leave it so; most programs take the error that they
 * then get for a broken pipe. Not on macOS, whose fcntl takes its last argument in a way of its own.
 */
export function letPipesWait(platform: NodeJS.Platform = process.platform): void {
  const libc = platform === "linux" ? openCLibrary(SIGNATURES, platform) : undefined;
  if (libc === undefined) return;
  for (const descriptor of [STDIN, STDOUT, STDERR]) {
    const flags = libc.fcntl(descriptor, F_GETFL, 0);
    if (flags !== -1 && (flags & O_NONBLOCK) !== 0) libc.fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK);
  }
}

/** Soft and hard limit from the text of /proc/PID/limits (proc_pid_limits(5)). */
export function openFilesIn(text: string): BigUint64Array | undefined {
  const [, soft, hard] = /^Max open files +(\d+|unlimited) +(\d+|unlimited)/m.exec(text) ?? [];
  if (soft === undefined || hard === undefined) return undefined;
  return BigUint64Array.from([soft, hard].map((word) => (word === "unlimited" ? UNLIMITED : BigInt(word))));
}

// --- internal ---

const UNLIMITED = 0xffff_ffff_ffff_ffffn;

// What this process had before is not recorded anywhere; nearly always it is what its parent has.
function openFilesOfParent(): BigUint64Array | undefined {
  try {
    return openFilesIn(readFileSync(`/proc/${process.ppid}/limits`, "latin1"));
  } catch {
    return undefined;
  }
}
