// The daemon's redirect: at most one part of root's at a time, and the self-tests that fit what is there.
import type { EmulatedAddress } from "../redirect/plan.ts";
import type { Clock } from "../sys/clock.ts";
import type { RedirectTool } from "../redirect/plan.ts";
import type { Guard } from "./guard.ts";
import { type SelfTest, createSelfTest } from "./self-test.ts";

export type RootPart = "running" | "ended";

export type Redirect = {
  method(): RedirectTool | "none";
  /** Null where there is no redirect. */
  rootPart(): RootPart | null;
  adopt(guard: Guard): void;
  /** False where nobody is there to apply it. */
  again(): boolean;
  /** Endpoint mode from now on. False where root's part did not end in time. */
  down(): Promise<boolean>;
  /** Those that must pass now. */
  tests(): readonly SelfTest[];
  allTests: readonly SelfTest[];
};

export const EMULATED = "169.254.169.254" as const;
export const EMULATED_IPV6 = "fd00:ec2::254" as const;
const UNDO_LIMIT_MS = 5000;

/** `port`: of the metadata service itself; `addresses`: what root's part redirects. */
export function createRedirect(port: number, addresses: readonly EmulatedAddress[], clock: Clock): Redirect {
  const test = (hostname: string, port: number) => createSelfTest({ hostname, port }, clock);
  const direct = [test("127.0.0.1", port)];
  const through = addresses.map((address) => test(address, 80));
  let guard: Guard | undefined;
  let isRunning = false;
  return {
    method: () => guard?.method ?? "none",
    rootPart: () => (guard === undefined ? null : isRunning ? "running" : "ended"),
    adopt(started) {
      guard = started;
      isRunning = true;
      void started.ended.then(() => {
        if (guard === started) isRunning = false;
      });
    },
    again() {
      if (isRunning) guard?.again();
      return isRunning;
    },
    async down() {
      const held = guard;
      guard = undefined;
      isRunning = false;
      return held === undefined || held.down(UNDO_LIMIT_MS);
    },
    tests: () => (guard === undefined ? direct : through),
    allTests: [...direct, ...through],
  };
}
