// Live sessions in memory: one flight per key, refreshed ahead of time, the last good one kept until it truly ends.
import type { Session } from "../aws/credentials.ts";
import { CliError, messageOf } from "../errors.ts";
import { type RoleSpec, sessionKey } from "../roles/role-spec.ts";
import type { Clock } from "../sys/clock.ts";
import { type Chance, askAgainAt, refreshAt, retryDelayMs } from "./schedule.ts";

export type SessionState = {
  session: Session | undefined;
  nextRefreshAt: Date | undefined;
  lastError: { message: string; hint: string | undefined; exit: number; at: Date } | undefined;
  /** The source hands back the same session until shortly before its end. */
  limitedByUpstream: boolean;
};

export type Sessions = {
  /** The valid session of this key, from memory; undefined when there is none. Never waits. */
  current(key: string): Session | undefined;
  /** The live session, else one fetch shared by all who ask meanwhile. Rejects with a `CliError`. */
  ensure(spec: RoleSpec): Promise<Session>;
  /** Keeps exactly this key fresh, whether anybody asks or not. */
  pin(spec: RoleSpec | undefined): void;
  /** Fetches pinned and recently used sessions now, as after the machine woke up. */
  refreshNow(): void;
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

type Entry = {
  spec: RoleSpec;
  session?: Session;
  flight?: Promise<Session>;
  cancelTimer?: () => void;
  nextRefreshAt?: Date;
  failures: number;
  usedSinceFetch: boolean;
  lastError?: SessionState["lastError"];
  limitedByUpstream: boolean;
  /** Dropped: a flight that still lands here lands nowhere. */
  isDropped?: true;
};

export function createSessions(options: SessionsOptions): Sessions {
  const { clock } = options;
  const entries = new Map<string, Entry>();
  let pinned: string | undefined;
  let stopped = false;

  function entryOf(spec: RoleSpec): Entry {
    const key = sessionKey(spec);
    const known = entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = { spec, failures: 0, usedSinceFetch: false, limitedByUpstream: false };
    entries.set(key, entry);
    return entry;
  }

  function valid(entry: Entry | undefined): Session | undefined {
    const expiration = entry?.session?.expiration;
    const ended = expiration !== undefined && expiration.getTime() <= clock.now().getTime();
    return ended ? undefined : entry?.session;
  }

  function fly(entry: Entry): Promise<Session> {
    entry.flight ??= attempt(entry).finally(() => delete entry.flight);
    return entry.flight;
  }

  async function attempt(entry: Entry): Promise<Session> {
    entry.cancelTimer?.();
    entry.usedSinceFetch = false;
    try {
      const session = complete(await limited(entry.spec), clock.now());
      keep(entry, session);
      return session;
    } catch (thrown) {
      const error = thrown instanceof CliError ? thrown : new CliError(messageOf(thrown), { cause: thrown });
      entry.failures++;
      entry.lastError = { message: error.message, hint: error.hint, exit: error.exit, at: clock.now() };
      options.onEvent({ kind: "failed", spec: entry.spec, error });
      schedule(entry, new Date(clock.now().getTime() + retryDelayMs(entry.failures, options.chance)));
      throw error;
    }
  }

  function keep(entry: Entry, session: Session): void {
    const held = entry.session;
    const repeated = held !== undefined && isSameSession(held, session);
    entry.limitedByUpstream = repeated;
    // The older copy knows when the session began, the newer one when it ends: some sources prolong it.
    entry.session = repeated ? { ...session, obtainedAt: held.obtainedAt } : session;
    entry.failures = 0;
    delete entry.lastError;
    options.onEvent({ kind: "obtained", spec: entry.spec, session: entry.session });
    const due = repeated
      ? askAgainAt(clock.now(), session.expiration)
      : refreshAt(entry.session, options.earlyMs(), options.chance);
    schedule(entry, due);
  }

  function limited(spec: RoleSpec): Promise<Session> {
    const abort = new AbortController();
    return new Promise((resolve, reject) => {
      const cancel = clock.after(options.fetchLimitMs, () => {
        abort.abort();
        reject(
          new CliError(`no credentials for "${spec.name}" within ${Math.round(options.fetchLimitMs / 1000)} s`, {
            hint: "metacred status",
          }),
        );
      });
      options.fetch(spec, abort.signal).then(resolve, reject).finally(cancel);
    });
  }

  function schedule(entry: Entry, at: Date): void {
    entry.cancelTimer?.();
    if (stopped || entry.isDropped) return;
    entry.nextRefreshAt = at;
    entry.cancelTimer = clock.after(at.getTime() - clock.now().getTime(), () => due(entry));
  }

  // A role that is neither active nor asked for any more is let go instead of being refreshed for nobody.
  function due(entry: Entry): void {
    const key = sessionKey(entry.spec);
    if (pinned !== key && !entry.usedSinceFetch) {
      entries.delete(key);
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
      return session === undefined ? fly(entry) : Promise.resolve(session);
    },
    pin(spec) {
      pinned = spec === undefined ? undefined : sessionKey(spec);
    },
    refreshNow() {
      for (const [key, entry] of entries) if (key === pinned || entry.usedSinceFetch) fly(entry).catch(() => undefined);
    },
    drop(matches) {
      for (const [key, entry] of [...entries].filter(([, { spec }]) => matches(spec))) {
        entry.isDropped = true;
        entry.cancelTimer?.();
        entries.delete(key);
        if (key === pinned) fly(entryOf(entry.spec)).catch(() => undefined);
      }
    },
    state(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      const { nextRefreshAt, lastError, limitedByUpstream } = entry;
      return { session: valid(entry), nextRefreshAt, lastError, limitedByUpstream };
    },
    stop() {
      stopped = true;
      for (const entry of entries.values()) entry.cancelTimer?.();
    },
  };
}

function isSameSession({ credentials: held }: Session, { credentials: got }: Session): boolean {
  return held.accessKeyId === got.accessKeyId && held.sessionToken === got.sessionToken;
}

// Half-filled or already expired credentials are a failure of the source, never something to serve.
export function complete(session: Session, now: Date): Session {
  const { accessKeyId, secretAccessKey, sessionToken } = session.credentials;
  if (!accessKeyId || !secretAccessKey || !sessionToken) {
    throw new CliError("the source handed over incomplete credentials", { hint: "metacred status" });
  }
  if (session.expiration !== undefined && session.expiration.getTime() <= now.getTime()) {
    throw new CliError("the source handed over credentials that have already expired", {
      hint: "check this machine's clock, then renew the base credentials",
    });
  }
  return session;
}
