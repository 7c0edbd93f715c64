// Whether anybody still reads standard output, asked without writing to it: `metacred logs --follow | grep -m1 switched`
// is to end with grep, not with the next line of the log.
import { dlopen } from "bun:ffi";
import { STDOUT } from "./is-terminal.ts";

// poll(2); the same on Linux and macOS.
const POLLERR = 0x08;
const POLLHUP = 0x10;
const LIBRARIES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"],
  darwin: ["libSystem.B.dylib"],
};
const SIGNATURES = { poll: { args: ["ptr", "u64", "i32"], returns: "i32" } } as const;
const LOOK_EVERY_MS = 250;

/** Resolves when nobody reads any more; never where that cannot be told. Keeps no process alive. */
export function untilReaderGone(descriptor = STDOUT): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const libc = openLibrary(LIBRARIES[process.platform] ?? []);
  if (libc === undefined) return promise;
  // struct pollfd: the descriptor, what is asked for, what is so.
  const asked = new DataView(new ArrayBuffer(8));
  asked.setInt32(0, descriptor, true);
  const timer = setInterval(() => {
    if (libc.poll(new Uint8Array(asked.buffer), 1, 0) < 1) return;
    if ((asked.getInt16(6, true) & (POLLERR | POLLHUP)) === 0) return;
    clearInterval(timer);
    resolve(undefined);
  }, LOOK_EVERY_MS);
  timer.unref();
  return promise;
}

function openLibrary(names: readonly string[]) {
  for (const name of names) {
    try {
      return dlopen(name, SIGNATURES).symbols;
    } catch {
      // The next name.
    }
  }
  return undefined;
}
