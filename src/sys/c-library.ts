// The system's C library, under whichever name it has here.
import { type FFIFunction, type Library, dlopen } from "bun:ffi";

const NAMES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"],
  darwin: ["libSystem.B.dylib"],
};

/** Those of its functions that are named; undefined where there is no such library, or it lacks one of them. */
export function openCLibrary<const Functions extends Record<string, FFIFunction>>(
  signatures: Functions,
  platform: NodeJS.Platform = process.platform,
): Library<Functions>["symbols"] | undefined {
  for (const name of NAMES[platform] ?? []) {
    try {
      return dlopen(name, signatures).symbols;
    } catch {
      // The next name.
    }
  }
  return undefined;
}
