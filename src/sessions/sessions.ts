// Live sessions in memory: one flight per key, refreshed ahead of time, the last good one kept until it truly ends.
import type { Session } from "../aws/credentials.ts";
import { CliError, messageOf } from "../errors.ts";
import { type RoleSpec, sessionKey } from "../roles/role-spec.ts";
import type { Clock } from "../sys/clock.ts";
import { complete } from "./complete.ts";
import {
  type Entry,
  type Flight,
  type SessionState,
  afterWake,
  isAskedToWait,
  newEntry,
  noteFailure,
  noteSession,
  stateAt,
  validAt,
} from "./entry.ts";
import { type Chance, retryDelayMs } from "./schedule.ts";
import { withTimeLimit } from "./time-limit.ts";

export type Sessions = {
  /** The valid session of this key, from memory; undefined when there is none. Never waits. */
  current(key: string): Session | undefined;
  /** The live session, else one fetch shared by all who ask meanwhile. Rejects with a `CliError`. */
  ensure(spec: RoleSpec): Promise<Session>;
  /** Keeps exactly this key fresh for that purpose, whether anybody asks or not. */
  pin(spec: RoleSpec | undefined, purpose?: "active" | "containers"): void;
  /**
   * What is due or has failed is tried at once, since its world has changed. After a sleep everything is that is not
   * quite new: the network may be gone again soon.
   */
  wake(why: "slept" | "changed"): void;
  /** Forgets these sessions at once; the pinned one is fetched anew. */
  drop(matches: (spec: RoleSpec) => boolean): void;
  state(key: string): SessionState | undefined;
  stop(): void;
};

export type SessionsOptions = {
  fetch(spec: RoleSpec, signal: AbortSignal): Promise<Session>;
  clock: Clock;
  chance: Chance;
  earlyMs(): number;
  /** After this long a fetch has failed, whatever its source still does. */
  fetchLimitMs: number;
  onEvent(event: SessionEvent): void;
};

export type SessionEvent =
  | { kind: "obtained"; spec: RoleSpec; session: Session }
  | { kind: "failed"; spec: RoleSpec; error: CliError }
  | { kind: "released"; spec: RoleSpec };

const LOOK_AGAIN_MS = 5 * 60_000;

export function createSessions(options: SessionsOptions): Sessions {
  const { clock } = options;
  const entries = new Map<string, Entry>();
  const pins = new Map<string, string | undefined>();
  let stopped = false;

  function entryOf(spec: RoleSpec): Entry {
    const key = sessionKey(spec);
    const known = entries.get(key);
    if (known !== undefined) return known;
    const entry = newEntry(spec);
    entries.set(key, entry);
    return entry;
  }

  const valid = (entry: Entry | undefined) => validAt(entry, clock.now());

  function fly(entry: Entry): Promise<Session> {
    if (entry.flight !== undefined) return entry.flight.landing;
    const { promise: landing, resolve } = Promise.withResolvers<Session>();
    const flight = { startedAt: clock.now(), abort: new AbortController(), landing };
    entry.flight = flight;
    resolve(attempt(entry, flight));
    return landing;
  }

  async function attempt(entry: Entry, flight: Flight): Promise<Session> {
    entry.cancelTimer?.();
    entry.usedSinceFetch = false;
    const outcome = await outcomeOf(entry.spec, flight.abort.signal);
    // A later flight has taken its place: whoever waited for this one gets what that one brings.
    if (entry.flight !== flight) return entry.flight?.landing ?? valid(entry) ?? fly(entry);
    delete entry.flight;
    if (outcome instanceof CliError) {
      fail(entry, outcome);
      throw outcome;
    }
    return keep(entry, outcome);
  }

  async function outcomeOf(spec: RoleSpec, abandoned: AbortSignal): Promise<Session | CliError> {
    try {
      const limits = { name: spec.name, limitMs: options.fetchLimitMs, clock, abandoned };
      return complete(await withTimeLimit(limits, (signal) => options.fetch(spec, signal)), clock.now());
    } catch (thrown) {
      return thrown instanceof CliError ? thrown : new CliError(messageOf(thrown), { cause: thrown });
    }
  }

  function fail(entry: Entry, error: CliError): void {
    const retry = noteFailure(entry, error, clock.now(), options.chance);
    options.onEvent({ kind: "failed", spec: entry.spec, error });
    schedule(entry, retry);
  }

  function keep(entry: Entry, session: Session): Session {
    const { chance } = options;
    const { kept, refresh } = noteSession(entry, session, { now: clock.now(), chance, earlyMs: options.earlyMs() });
    options.onEvent({ kind: "obtained", spec: entry.spec, session: kept });
    schedule(entry, refresh);
    return kept;
  }

  function schedule(entry: Entry, at: Date): void {
    entry.cancelTimer?.();
    if (stopped || entry.isDropped) return;
    entry.nextRefreshAt = at;
    const leftMs = at.getTime() - clock.now().getTime();
    // Timers stand still while the machine is suspended, and the clock may be set: so look again now and then.
    const task = leftMs > LOOK_AGAIN_MS ? () => schedule(entry, at) : () => due(entry);
    entry.cancelTimer = clock.after(Math.min(leftMs, LOOK_AGAIN_MS), task);
  }

  const isPinned = (key: string) => [...pins.values()].includes(key);
  const isWanted = (entry: Entry) => entry.usedSinceFetch || isPinned(sessionKey(entry.spec));

  // A role that is neither active nor asked for any more is let go instead of being refreshed for nobody.
  function due(entry: Entry): void {
    if (!isWanted(entry)) {
      // What a failed refresh left is good for whoever asks until it ends; only then is the role let go.
      if (entry.failures > 0 && entry.session?.expiration !== undefined && valid(entry) !== undefined) {
        schedule(entry, new Date(clock.now().getTime() + retryDelayMs(entry.failures, options.chance)));
        return;
      }
      entries.delete(sessionKey(entry.spec));
      options.onEvent({ kind: "released", spec: entry.spec });
      return;
    }
    fly(entry).catch(() => undefined);
  }

  return {
    current(key) {
      const entry = entries.get(key);
      if (entry !== undefined) entry.usedSinceFetch = true;
      return valid(entry);
    },
    ensure(spec) {
      const entry = entryOf(spec);
      entry.usedSinceFetch = true;
      const session = valid(entry);
      if (session !== undefined) return Promise.resolve(session);
      const { patience } = entry;
      return patience !== undefined && isAskedToWait(entry, clock.now()) ? Promise.reject(patience.error) : fly(entry);
    },
    pin(spec, purpose = "active") {
      pins.set(purpose, spec === undefined ? undefined : sessionKey(spec));
    },
    wake(why) {
      const now = clock.now();
      for (const entry of entries.values()) {
        const { flight, nextRefreshAt } = entry;
        const step = afterWake(entry, { why, now, isWanted: isWanted(entry) });
        if (step === "replace") delete entry.flight;
        if (step === "replace" || step === "fetch") fly(entry).catch(() => undefined);
        if (step === "replace") flight?.abort.abort();
        if (step === "schedule" && nextRefreshAt !== undefined) schedule(entry, nextRefreshAt);
      }
    },
    drop(matches) {
      for (const [key, entry] of [...entries].filter(([, { spec }]) => matches(spec))) {
        entry.isDropped = true;
        entry.cancelTimer?.();
        entries.delete(key);
        if (isPinned(key)) fly(entryOf(entry.spec)).catch(() => undefined);
      }
    },
    state(key) {
      const entry = entries.get(key);
      return entry && stateAt(entry, clock.now());
    },
    stop() {
      stopped = true;
      for (const entry of entries.values()) entry.cancelTimer?.();
    },
  };
}
