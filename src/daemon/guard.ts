// The daemon's hold on root's part of the redirect: a pipe. A line makes it apply anew, the end undoes everything.
import { GUARD_AGAIN } from "../redirect/plan.ts";
import type { Clock } from "../sys/clock.ts";

export type Guard = {
  method: "nft" | "iptables";
  /** Asks root's part to apply its rules once more, as after somebody flushed them. */
  again(): void;
  /** Has everything undone; resolves when root's part has ended, or after `limitMs`. */
  down(limitMs: number): Promise<boolean>;
  /** Resolves when root's part has ended, whoever ended it. */
  ended: Promise<void>;
};

/** Background: the parent started root's part with the other end of this descriptor as its standard input. */
export async function guardOnDescriptor(fd: number, method: Guard["method"], clock: Clock): Promise<Guard> {
  const ended = Promise.withResolvers<void>();
  const handlers = { data() {}, close: () => ended.resolve(), error: () => ended.resolve() };
  // Half-open: after our end of it we still wait for root's part to close its own. `fd` is missing in bun-types.
  const where = { fd, allowHalfOpen: true, socket: handlers } as unknown as Bun.UnixSocketOptions;
  const socket = await Bun.connect(where);
  return {
    method,
    again: () => void socket.write(GUARD_AGAIN),
    down(limitMs) {
      socket.shutdown();
      return within(ended.promise, limitMs, clock);
    },
    ended: ended.promise,
  };
}

/** Foreground: root's part is a child of ours. */
export function guardOfChild(
  child: { stdin: Bun.FileSink; exited: Promise<number> },
  method: Guard["method"],
  clock: Clock,
): Guard {
  const ended = child.exited.then(() => undefined);
  return {
    method,
    again() {
      void child.stdin.write(GUARD_AGAIN);
      void child.stdin.flush();
    },
    down(limitMs) {
      void child.stdin.end();
      return within(ended, limitMs, clock);
    },
    ended,
  };
}

function within(promise: Promise<void>, limitMs: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, () => resolve(false));
    void promise.then(() => {
      cancel();
      resolve(true);
    });
  });
}
