// Which process is behind a connection, looked up in the middle of serving: a search of all processes takes up to tens
// of milliseconds, so it is done in short pieces, and all searches together get a small share of the time.
import { processIdentity } from "../sys/process-identity.ts";
import type { Clock } from "../sys/clock.ts";
import { PROC, programOf, searchSocket } from "./process.ts";
import type { SocketOwner } from "./sock-diag.ts";

/** `identity` tells it from a later process of the same number. */
export type FoundProcess = { pid: number; identity: string; program: string | undefined; exe: string | undefined };

/** Calls back at once where the first piece finds it. Undefined: not found, or no time left to search. */
export type ProcessFinder = (owner: SocketOwner, found: (process: FoundProcess | undefined) => void) => void;

export function foundProcess(pid: number, proc = PROC): FoundProcess {
  return { pid, identity: processIdentity(pid) ?? String(pid), ...programOf(pid, proc) };
}

// A client that is done goes at once, so the first look is longer: it nearly always finds a program that was just started.
const FIRST_PIECE_MS = 3;
const PIECE_MS = 0.5;
const SHARE_OF_TIME = 0.05;
const MOST_SAVED_MS = 100;
// A program that asks often is found by one look into its own descriptors.
const RECENT_KEPT = 4;

export function createProcessFinder({ monotonicMs }: Pick<Clock, "monotonicMs">, proc = PROC): ProcessFinder {
  let savedMs = MOST_SAVED_MS;
  let savedAtMs = monotonicMs();
  let recent: readonly number[] = [];

  const save = () => {
    const nowMs = monotonicMs();
    savedMs = Math.min(MOST_SAVED_MS, savedMs + (nowMs - savedAtMs) * SHARE_OF_TIME);
    savedAtMs = nowMs;
  };
  const describe = (pid: number): FoundProcess => {
    recent = [pid, ...recent.filter((other) => other !== pid)].slice(0, RECENT_KEPT);
    return foundProcess(pid, proc);
  };
  return (owner, found) => {
    save();
    if (savedMs <= 0) return found(undefined);
    const search = searchSocket(owner, recent, proc);
    const piece = (limitMs: number) => {
      const startedMs = monotonicMs();
      let step = search.next();
      while (step.done !== true && monotonicMs() - startedMs < limitMs) step = search.next();
      const process = step.done === true && step.value !== undefined ? describe(step.value) : undefined;
      savedMs -= monotonicMs() - startedMs;
      if (step.done === true) found(process);
      else setImmediate(piece, PIECE_MS);
    };
    piece(FIRST_PIECE_MS);
  };
}
