// Hands back what only the start needed of the program's own file. It is a third of what a daemon has resident, and
// stays so for weeks where nobody else wants the memory; what is needed again comes from the file, mostly out of the cache.
import { readFileSync } from "node:fs";
import type { Libc } from "./libc.ts";

/** Of asm-generic/mman-common.h. */
const MADV_DONTNEED = 4;

/** Does nothing where /proc or the library is missing. */
export function releaseProgramPages(libc: Pick<Libc, "madvise"> | undefined): void {
  if (libc === undefined) return;
  for (const { start, end } of unchangedPages(ownMappings(), process.execPath)) {
    libc.madvise(start, end - start, MADV_DONTNEED);
  }
}

/**
 * Mappings of that file that can only be read and were never written to, by the text of /proc/PID/smaps (proc_pid_smaps(5)).
 * What the linker has filled in (RELRO) can only be read as well, but would be lost.
 */
export function unchangedPages(smaps: string, file: string): { start: bigint; end: bigint }[] {
  return smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).flatMap((mapping) => {
    const [, start, end, path] = /^([0-9a-f]+)-([0-9a-f]+) r-[-x]p \S+ \S+ \d+ +(.+)$/m.exec(mapping) ?? [];
    if (path !== file || !/^Anonymous: +0 kB$/m.test(mapping)) return [];
    return [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) }];
  });
}

// --- internal ---

function ownMappings(): string {
  try {
    return readFileSync("/proc/self/smaps", "utf8");
  } catch {
    return "";
  }
}
