// Who has asked the daemon for credentials: each process with what it got last, or why it got nothing. In memory alone,
// of a fixed size, and never in the way: a request costs a count here.
import type { FoundProcess, ProcessFinder } from "../callers/process-finder.ts";
import type { SocketOwner } from "../callers/sock-diag.ts";
import type { Clock } from "../sys/clock.ts";
import type { HandOut } from "./protocol.ts";

/** By the address of a container, or by the process that macOS tells. */
type KnownOtherwise = { uid: number | undefined; inode: undefined; container?: string; pid?: number | undefined };

/** One connection: whose it is, as far as that is known. */
export type Visit = {
  readonly owner: SocketOwner | KnownOtherwise;
  /** Where it is known from the start. */
  readonly process: FoundProcess | undefined;
  /** By which it had credentials handed out to it; undefined where it asks itself. */
  readonly command: HandOut | undefined;
  /** Counted here until the process is found. */
  tally: Tally | undefined;
  entry: Entry | undefined;
};

export type CallerEntry = {
  process: FoundProcess | undefined;
  uid: number | undefined;
  /** The address of one on a network of its own. */
  container: string | undefined;
  /** The last that it got. */
  role: string | undefined;
  /** By which it got them. */
  command: HandOut | undefined;
  /** Of its last request. */
  refusal: string | undefined;
  requests: number;
  firstSeen: Date;
  lastSeen: Date;
};

export type CallerBook = {
  /** A request was answered: with a role's credentials, with a refusal, or with anything else. */
  asked(visit: Visit, role: string | undefined, refusal: string | undefined): void;
  /** What is new since a `sequence`, the latest last. */
  since(sequence: number): { sequence: number; callers: CallerEntry[] };
  /** Resolves when every process that is being searched for is found, or is not. */
  settled(): Promise<void>;
  /** Resolves when there is more than that, after `limitMs` at the latest. */
  untilNews(sequence: number, limitMs: number): Promise<void>;
  /** Nobody waits any longer. */
  close(): void;
};

type Tally = Pick<CallerEntry, "role" | "command" | "refusal" | "requests" | "firstSeen" | "lastSeen">;
type Entry = CallerEntry & { sequence: number; newsAtMs: number; isForgotten: boolean };

const MOST_REMEMBERED = 256;
// A program that asks all the time is news once in a while.
const NEWS_EVERY_MS = 1000;
// Making a date takes as long as all the rest of a count.
const DATE_EVERY_MS = 50;

export function createCallerBook(clock: Clock, find: ProcessFinder): CallerBook {
  const entries = new Map<string, Entry>();
  const waiting = new Set<() => void>();
  const settling = new Set<() => void>();
  let searches = 0;
  let sequence = 0;
  let isClosed = false;

  let now = clock.now();
  let nowAtMs = clock.monotonicMs();

  const tick = (): Date => {
    const ms = clock.monotonicMs();
    if (ms - nowAtMs >= DATE_EVERY_MS) {
      now = clock.now();
      nowAtMs = ms;
    }
    return now;
  };
  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const entryOf = ({ owner }: Visit, process: FoundProcess | undefined, at: Date): Entry => {
    const { uid } = owner;
    const container = "container" in owner ? owner.container : undefined;
    const name = process?.identity ?? container ?? `uid ${uid}`;
    let entry = entries.get(name);
    if (entry === undefined) {
      if (entries.size >= MOST_REMEMBERED) forget(entries);
      entry = { process, uid, container, ...emptyTally(at), sequence: 0, newsAtMs: 0, isForgotten: false };
      entries.set(name, entry);
    }
    return entry;
  };
  const news = (entry: Entry) => {
    entry.sequence = ++sequence;
    entry.newsAtMs = entry.lastSeen.getTime();
    wake();
  };
  const found = (visit: Visit, process: FoundProcess | undefined) => {
    const { tally } = visit;
    if (tally === undefined) return;
    const entry = entryOf(visit, process, tally.firstSeen);
    visit.entry = entry;
    const isNews = isNewsFor(entry, tally.role, tally.refusal, tally.lastSeen);
    entry.requests += tally.requests;
    entry.lastSeen = tally.lastSeen;
    entry.refusal = tally.refusal;
    if (tally.role !== undefined) setRole(entry, tally.role, tally.command);
    if (isNews) news(entry);
  };

  return {
    asked(visit, role, refusal) {
      const { owner } = visit;
      // Of a connection that was silent while many others came.
      if (visit.entry?.isForgotten === true) visit.entry = entryOf(visit, visit.entry.process, tick());
      const { entry } = visit;
      const isFirst = entry === undefined && visit.tally === undefined;
      const counted = entry ?? (visit.tally ??= emptyTally(tick()));
      const at = tick();
      const isNews = entry !== undefined && isNewsFor(entry, role, refusal, at);
      counted.requests++;
      counted.lastSeen = at;
      counted.refusal = refusal;
      if (role !== undefined) setRole(counted, role, visit.command);
      if (isNews) news(entry);
      // Not when the connection came: the daemon's own tests of the redirect are connections without this.
      if (!isFirst) return;
      if (visit.process !== undefined) return found(visit, visit.process);
      if (owner.inode === undefined) return found(visit, processOf(owner.pid));
      searches++;
      find(owner, (process) => {
        searches--;
        found(visit, process);
        if (searches > 0) return;
        for (const resolve of settling) resolve();
        settling.clear();
      });
    },
    since: (after) => ({
      sequence,
      callers: [...entries.values()]
        .filter((entry) => entry.sequence > after)
        .toSorted((a, b) => a.sequence - b.sequence),
    }),
    settled: () => new Promise((resolve) => (searches === 0 ? resolve() : void settling.add(resolve))),
    untilNews: (after, limitMs) =>
      new Promise((resolve) => {
        if (isClosed || sequence > after) return resolve();
        const cancel = clock.after(limitMs, () => {
          waiting.delete(done);
          resolve();
        });
        const done = () => {
          cancel();
          resolve();
        };
        waiting.add(done);
      }),
    close() {
      isClosed = true;
      wake();
    },
  };
}

/** For a connection that has come. */
export function visitOf(owner: Visit["owner"], process?: FoundProcess, command?: HandOut): Visit {
  return { owner, process, command, tally: undefined, entry: undefined };
}

// --- internal ---

function processOf(pid: number | undefined): FoundProcess | undefined {
  return pid === undefined ? undefined : { pid, identity: String(pid), program: undefined, exe: undefined };
}

function setRole(counted: Tally, role: string, command: HandOut | undefined): void {
  counted.role = role;
  counted.command = command;
}

function emptyTally(now: Date): Tally {
  return { role: undefined, command: undefined, refusal: undefined, requests: 0, firstSeen: now, lastSeen: now };
}

function isNewsFor(entry: Entry, role: string | undefined, refusal: string | undefined, at: Date): boolean {
  if (entry.requests === 0 || refusal !== entry.refusal) return true;
  return role !== undefined && (role !== entry.role || at.getTime() - entry.newsAtMs >= NEWS_EVERY_MS);
}

/** The one that was silent for longest. */
function forget(entries: Map<string, Entry>): void {
  let oldest: [string, Entry] | undefined;
  for (const pair of entries) if (oldest === undefined || pair[1].lastSeen < oldest[1].lastSeen) oldest = pair;
  if (oldest === undefined) return;
  oldest[1].isForgotten = true;
  entries.delete(oldest[0]);
}
