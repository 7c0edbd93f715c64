// Counts of refused requests by reason, and the log's share of them: one line for the first, then one a minute.
import type { ImdsCaller } from "../imds/message.ts";
import type { Log } from "../output.ts";
import type { Clock } from "../sys/clock.ts";

const LOG_EVERY_MS = 60_000;

export type Refusals = {
  count(reason: string, caller: Pick<ImdsCaller, "uid" | "container">): void;
  counts(): Record<string, number>;
  last(): LastRefusal | undefined;
};

export type LastRefusal = { reason: string; uid: number | undefined; isContainer: boolean; at: Date };

export function createRefusals(clock: Clock, log: Log): Refusals {
  const byReason = new Map<string, { total: number; unsaid: number; saidAtMs: number }>();
  let last: LastRefusal | undefined;
  return {
    last: () => last,
    count(reason, { uid, container }) {
      last = { reason, uid, isContainer: container !== undefined, at: clock.now() };
      const entry = byReason.get(reason) ?? { total: 0, unsaid: 0, saidAtMs: Number.NEGATIVE_INFINITY };
      entry.total++;
      entry.unsaid++;
      byReason.set(reason, entry);
      if (clock.monotonicMs() - entry.saidAtMs < LOG_EVERY_MS) return;
      log.warn("refused a metadata request", { reason, uid, times: entry.unsaid });
      entry.unsaid = 0;
      entry.saidAtMs = clock.monotonicMs();
    },
    counts: () => Object.fromEntries([...byReason].map(([reason, { total }]) => [reason, total])),
  };
}
