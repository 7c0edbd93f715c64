// Is there a real metadata service, or another emulator, at the address before ours is set up?
import type { Clock } from "../sys/clock.ts";

// A real one answers in a millisecond or two; without a route the refusal is at once.
const LIMIT_MS = 250;

/** True when something accepts connections there. */
export function answersAt(hostname: string, port: number, clock: Clock): Promise<boolean> {
  const result = Promise.withResolvers<boolean>();
  const cancel = clock.after(LIMIT_MS, () => result.resolve(false));
  const no = () => result.resolve(false);
  Bun.connect({
    hostname,
    port,
    socket: {
      open(wire) {
        result.resolve(true);
        wire.end();
      },
      data() {},
      connectError: no,
    },
  }).catch(no);
  return result.promise.finally(cancel);
}
