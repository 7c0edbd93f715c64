// Proves that a request to the emulated address reaches this very process: a random path goes out through the
// kernel's redirect and must arrive at our own listener. Connects by itself, so no proxy is ever asked.
import { randomBytes } from "node:crypto";
import type { Clock } from "../sys/clock.ts";

export type SelfTest = {
  /** True when this request target is the test's own; its request is then answered 404 and not counted. */
  arrived(target: string): boolean;
  run(): Promise<boolean>;
};

const LIMIT_MS = 1000;

export async function passesAll(selfTests: readonly SelfTest[]): Promise<boolean> {
  const passed = await Promise.all(selfTests.map((test) => test.run()));
  return passed.every(Boolean);
}

export function createSelfTest(destination: { hostname: string; port: number }, clock: Clock): SelfTest {
  const waiting = new Map<string, () => void>();
  return {
    arrived(target) {
      const arrive = waiting.size === 0 ? undefined : waiting.get(target);
      arrive?.();
      return arrive !== undefined;
    },
    async run() {
      const path = `/metacred-self-test/${randomBytes(16).toString("hex")}`;
      const result = Promise.withResolvers<boolean>();
      waiting.set(path, () => result.resolve(true));
      const cancel = clock.after(LIMIT_MS, () => result.resolve(false));
      const fail = () => result.resolve(false);
      const socket = Bun.connect({
        ...destination,
        socket: {
          open(wire) {
            wire.write(`GET ${path} HTTP/1.1\r\nHost: metacred\r\nConnection: close\r\n\r\n`);
          },
          data() {},
          close: fail,
          connectError: fail,
          error: fail,
        },
      });
      // Bun.connect's promise rejects besides calling connectError; a late success must be closed.
      socket.then((wire) => result.promise.finally(() => wire.end()), fail);
      try {
        return await result.promise;
      } finally {
        cancel();
        waiting.delete(path);
      }
    },
  };
}
