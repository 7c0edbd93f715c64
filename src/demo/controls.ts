// The knobs that tests turn on a running mock: what was asked, and what shall go wrong next.
import type { Fault, Reply } from "./service.ts";

type MockCall = {
  action: string;
  at: Date;
  principalArn: string | undefined;
  parameters: Readonly<Record<string, string>>;
  /** `ok`, or the code of the error that was answered. */
  outcome: string;
};

type PlannedFault = Fault & { headers?: Readonly<Record<string, string>> };

/** Every method takes effect at once, for requests that arrive from then on. */
export type Controls = {
  /** Every request that has arrived, also those whose answer is still held back. */
  readonly calls: readonly MockCall[];
  count(action: string): number;
  /** Settles when that many requests of the action have arrived, over the whole life of the mock. */
  untilCalled(action: string, times?: number): Promise<void>;
  /** Answers of this action are held back until the returned function is called. */
  hold(action: string): () => void;
  delayMs(action: string, delayMs: number): void;
  /** One fault for one request of the action; several wait in line. */
  failNext(action: string, fault: PlannedFault): void;
  /** These very bytes for one request of the action; several wait in line. */
  answerNext(action: string, reply: Reply): void;
  /** While true everything is answered 503. */
  down(isDown: boolean): void;
};

/** The other side of the knobs. */
export type Gate = {
  record(call: MockCall): void;
  plannedReply(action: string): Reply | undefined;
  plannedFault(action: string): PlannedFault | undefined;
  /** Settles when nothing holds back or delays an answer of the action any more. */
  passage(action: string): Promise<void>;
  openAll(): void;
};

const UNAVAILABLE: Fault = {
  status: 503,
  code: "ServiceUnavailable",
  message: "The request has failed due to a temporary failure of the server.",
};

type Hold = { action: string; opened: Promise<void>; open: () => void };
type Waiter = { action: string; times: number; done: () => void };

export function createControls(): { controls: Controls; gate: Gate } {
  const calls: MockCall[] = [];
  const holds = new Set<Hold>();
  const waiters = new Set<Waiter>();
  const delays = new Map<string, number>();
  const faults: { action: string; fault: PlannedFault }[] = [];
  const replies: { action: string; reply: Reply }[] = [];
  let isDown = false;
  const count = (action: string) => calls.filter((call) => call.action === action).length;

  const controls: Controls = {
    calls,
    count,
    untilCalled(action, times = 1) {
      if (count(action) >= times) return Promise.resolve();
      return new Promise((done) => waiters.add({ action, times, done }));
    },
    hold(action) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const hold: Hold = { action, opened: promise, open: resolve };
      holds.add(hold);
      return () => {
        holds.delete(hold);
        hold.open();
      };
    },
    delayMs: (action, delayMs) => void delays.set(action, delayMs),
    failNext: (action, fault) => void faults.push({ action, fault }),
    answerNext: (action, reply) => void replies.push({ action, reply }),
    down: (next) => void (isDown = next),
  };

  const gate: Gate = {
    record(call) {
      calls.push(call);
      for (const waiter of waiters) {
        if (count(waiter.action) < waiter.times) continue;
        waiters.delete(waiter);
        waiter.done();
      }
    },
    plannedReply(action) {
      const at = replies.findIndex((planned) => planned.action === action);
      return at === -1 ? undefined : replies.splice(at, 1)[0]?.reply;
    },
    plannedFault(action) {
      if (isDown) return UNAVAILABLE;
      const at = faults.findIndex((planned) => planned.action === action);
      return at === -1 ? undefined : faults.splice(at, 1)[0]?.fault;
    },
    async passage(action) {
      const held = [...holds].filter((hold) => hold.action === action).map((hold) => hold.opened);
      const delayMs = delays.get(action) ?? 0;
      await Promise.all(held);
      if (delayMs > 0) await Bun.sleep(delayMs);
    },
    openAll() {
      for (const hold of holds) hold.open();
      holds.clear();
    },
  };
  return { controls, gate };
}
