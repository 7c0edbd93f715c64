// Bun ignores two signals for itself, and a program that it is replaced by would go on ignoring them: `yes | head` would
// then complain about a broken pipe instead of ending.
import { dlopen } from "bun:ffi";

// The same numbers on Linux and macOS.
const SIGPIPE = 13;
const SIGXFSZ = 25;
const SIG_DFL = 0;
const LIBRARIES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"],
  darwin: ["libSystem.B.dylib"],
};

/** Does nothing where no C library can be loaded. */
export function restoreDefaultSignals(platform: NodeJS.Platform = process.platform): void {
  for (const name of LIBRARIES[platform] ?? []) {
    try {
      const { symbols } = dlopen(name, { signal: { args: ["i32", "u64"], returns: "u64" } });
      symbols.signal(SIGPIPE, SIG_DFL);
      symbols.signal(SIGXFSZ, SIG_DFL);
      return;
    } catch {
      // The next name.
    }
  }
}
