// A crash must not write to a disk what was in memory, keys among it: setrlimit(2). What is started inherits it.
import type { Libc } from "./libc.ts";
import type { LibSystem } from "./libsystem.ts";

const RLIMIT_CORE = 4;
const RLIMIT_BYTES = 16;

/** False where the system has no such limit. */
export function forbidCoreDumps(system: Pick<Libc | LibSystem, "setrlimit"> | undefined): boolean {
  return system?.setrlimit(RLIMIT_CORE, new Uint8Array(new ArrayBuffer(RLIMIT_BYTES))) === 0;
}
