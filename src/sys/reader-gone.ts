// Whether anybody still reads standard output, asked without writing to it: `metacred logs --follow | grep -m1 switched`
// is to end with grep, not with the next line of the log.
import { openCLibrary } from "./c-library.ts";
import { STDOUT } from "./is-terminal.ts";

// poll(2); the same on Linux and macOS.
const POLLERR = 0x08;
const POLLHUP = 0x10;
const SIGNATURES = { poll: { args: ["ptr", "u64", "i32"], returns: "i32" } } as const;
const LOOK_EVERY_MS = 250;

/** Resolves when nobody reads any more; never where that cannot be told. Keeps no process alive. */
export function untilReaderGone(descriptor = STDOUT): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const libc = openCLibrary(SIGNATURES);
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
