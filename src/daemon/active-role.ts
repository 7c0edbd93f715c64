// Which role is served: validate, fetch, swap. A request sees the old role or the new one, never a mix. A switch may
// end by itself, and a protected role is only switched to where a person has agreed.
import { CliError, EXIT } from "../errors.ts";
import { type Protection, refuseProtected } from "../roles/protection.ts";
import { type RoleSpec, sessionKey } from "../roles/role-spec.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Clock } from "../sys/clock.ts";
import { atMost } from "./at-most.ts";
import type { RoleCatalog } from "./role-catalog.ts";
import { type LeaseEvent, watchLease } from "./lease-watch.ts";
import type { Lease, SwitchMemory } from "./switch-memory.ts";
import { shellWord } from "../shell-text.ts";

export type ActiveRole = {
  spec(): RoleSpec | undefined;
  /** sessionKey of the spec, undefined under `use none`. */
  key(): string | undefined;
  previousName(): string | undefined;
  lease(): Lease | undefined;
  isProtected(): boolean;
  /** Names used, the latest first. */
  recent(): readonly string[];
  /** Resolves when the next request gets the new role; on failure the old one stays. */
  use(name: string, options?: UseOptions): Promise<void>;
  start(spec: RoleSpec, granted?: boolean, mfaCode?: string): Promise<void>;
  /** Active at once, with credentials or before there are any: what fails is tried again in the background. */
  startAnyway(spec: RoleSpec): Promise<void>;
  /** Goes on with a switch that an earlier daemon began and that has time left; false where there is none. */
  resume(): Promise<boolean>;
  /** Resolves the active name anew, after the files changed. */
  renew(): Promise<void>;
  stop(): void;
};

export type UseOptions = {
  granted: boolean;
  forMs: number | undefined;
  mfaCode?: string | undefined;
  /** Aborted when whoever asked has given up: nothing is switched behind a person's back. */
  gone?: AbortSignal;
};

type Active = { spec: RoleSpec; key: string; protection: Protection | undefined };

type Deps = {
  sessions: Pick<Sessions, "ensure" | "pin">;
  catalog: Pick<RoleCatalog, "resolve" | "protection">;
  /** Opens a session with the code of the role's device. */
  signIn(spec: RoleSpec, code: string): Promise<void>;
  clock: Clock;
  memory: SwitchMemory;
  onEvent(event: LeaseEvent): void;
};

const PLAIN: UseOptions = { granted: false, forMs: undefined };
const NONE = "none";
const RECENT_KEPT = 10;
// How long the way back may take: the end of a protected role does not wait for AWS.
const BACK_LIMIT_MS = 5000;

export function createActiveRole({ sessions, catalog, signIn, clock, memory, onEvent }: Deps): ActiveRole {
  let active: Active | undefined;
  let previous: string | undefined;
  let lease: Lease | undefined;
  // Where a switch for a time leads back to: the last role that was neither protected nor for a time.
  let home = NONE;
  let { recent } = memory.read();
  // A role that hangs must not hold up another: everybody fetches at once, and of two switches the one asked for later
  // stands, whichever is ready first.
  let asked = 0;
  let settled = 0;
  // What is no person's switch (the end of a lease, a renewal) takes no turn: it gives way to any swap meanwhile.
  let swaps = 0;
  let renewals = 0;

  const watch = watchLease({ clock, onEvent, end: () => goBack().catch(() => undefined) });
  const swap = (next: Active | undefined, until: Date | undefined) => {
    swaps++;
    const name = next?.spec.name ?? NONE;
    if (active?.spec.name !== next?.spec.name) previous = active?.spec.name ?? NONE;
    active = next;
    const endsByItself = until !== undefined && name !== home;
    lease = endsByItself ? { role: name, until, backTo: home } : undefined;
    if (lease === undefined && next?.protection === undefined) home = name;
    if (next !== undefined) recent = [name, ...recent.filter((other) => other !== name)].slice(0, RECENT_KEPT);
    sessions.pin(next?.spec);
    watch.follow(lease, next?.protection !== undefined);
    memory.write({ lease, recent });
  };
  const settle = (turn: number, next: Active | undefined, until: Date | undefined): boolean => {
    if (turn < settled) return false;
    settled = turn;
    swap(next, until);
    return true;
  };
  const switchTo = async (turn: number, spec: RoleSpec, { granted, forMs, mfaCode, gone }: UseOptions) => {
    const protection = await catalog.protection(spec);
    if (!granted) refuseProtected(protection);
    if (mfaCode !== undefined) await signIn(spec, mfaCode);
    await sessions.ensure(spec);
    if (gone?.aborted === true) throw new CliError(`the switch to "${spec.name}" was given up`);
    return settle(turn, activeOf(spec, protection), endOf([forMs, protection?.revertAfterMs], clock));
  };
  const goBack = async () => {
    if (lease === undefined || lease.until > clock.now()) return;
    const ended = lease;
    const spec = await unprotected(ended.backTo, catalog);
    if (spec !== undefined) await atMost(BACK_LIMIT_MS, sessions.ensure(spec), clock);
    if (lease !== ended) return;
    swap(spec && activeOf(spec), undefined);
    onEvent({ kind: "ended", lease: ended, now: spec?.name ?? NONE });
  };

  return {
    spec: () => active?.spec,
    key: () => active?.key,
    previousName: () => previous,
    lease: () => lease,
    isProtected: () => active?.protection !== undefined,
    recent: () => recent,
    async use(name, options = PLAIN) {
      const turn = ++asked;
      const wanted = name === "-" ? previous : name;
      if (wanted === undefined) {
        throw new CliError("there is no previous role yet", { hint: "metacred use ROLE", exit: EXIT.usage });
      }
      const stands =
        wanted === NONE
          ? settle(turn, undefined, endOf([options.forMs], clock))
          : await switchTo(turn, await catalog.resolve(wanted), options);
      if (!stands) {
        throw new CliError(`a later switch came before "${wanted}" was ready`, {
          hint: `metacred use ${shellWord(wanted)}`,
        });
      }
    },
    async start(spec, granted = false, mfaCode) {
      if (await switchTo(++asked, spec, { granted, forMs: undefined, mfaCode })) previous = undefined;
    },
    async startAnyway(spec) {
      const turn = ++asked;
      refuseProtected(await catalog.protection(spec));
      if (settle(turn, activeOf(spec), undefined)) previous = undefined;
      await sessions.ensure(spec);
    },
    async resume() {
      const turn = ++asked;
      const { lease: kept } = memory.read();
      if (kept === undefined || kept.until <= clock.now()) return false;
      const spec = await unprotected(kept.role, catalog);
      if (spec === undefined || !(await succeeds(sessions.ensure(spec)))) return false;
      if (turn < settled) return true;
      home = kept.backTo;
      settle(turn, activeOf(spec), kept.until);
      previous = home;
      return true;
    },
    async renew() {
      if (active === undefined) return;
      const renewal = ++renewals;
      const before = swaps;
      const spec = await catalog.resolve(active.spec.name);
      await sessions.ensure(spec);
      const renewed = activeOf(spec, await catalog.protection(spec));
      if (swaps !== before || renewal !== renewals) return;
      active = renewed;
      sessions.pin(spec);
    },
    stop: () => watch.follow(undefined, false),
  };
}

function activeOf(spec: RoleSpec, protection?: Protection): Active {
  return { spec, key: sessionKey(spec), protection };
}

function succeeds(task: Promise<unknown>): Promise<boolean> {
  return task.then(
    () => true,
    () => false,
  );
}

function endOf(lengths: readonly (number | undefined)[], clock: Clock): Date | undefined {
  const known = lengths.filter((ms) => ms !== undefined);
  return known.length === 0 ? undefined : new Date(clock.now().getTime() + Math.min(...known));
}

// Undefined for `none`, for what cannot be resolved any more, and for what a person would have to agree to.
async function unprotected(
  name: string,
  catalog: Pick<RoleCatalog, "resolve" | "protection">,
): Promise<RoleSpec | undefined> {
  if (name === NONE) return undefined;
  try {
    const spec = await catalog.resolve(name);
    return (await catalog.protection(spec)) === undefined ? spec : undefined;
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
