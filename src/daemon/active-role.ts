// Which role is served: validate, fetch, swap. A request sees the old role or the new one, never a mix. A switch may
// end by itself, and a protected role is only switched to where a person has agreed.
import { CliError, EXIT } from "../errors.ts";
import { type Protection, refuseProtected } from "../roles/protection.ts";
import { type RoleSpec, sessionKey } from "../roles/role-spec.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { Clock } from "../sys/clock.ts";
import type { RoleCatalog } from "./role-catalog.ts";
import { type LeaseEvent, watchLease } from "./lease-watch.ts";
import type { Lease, SwitchMemory } from "./switch-memory.ts";

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
  start(spec: RoleSpec, granted?: boolean): Promise<void>;
  /** Active at once, with credentials or before there are any: what fails is tried again in the background. */
  startAnyway(spec: RoleSpec): Promise<void>;
  /** Goes on with a switch that an earlier daemon began and that has time left; false where there is none. */
  resume(): Promise<boolean>;
  /** Resolves the active name anew, after the files changed. */
  renew(): Promise<void>;
  stop(): void;
};

export type UseOptions = { granted: boolean; forMs: number | undefined };

type Active = { spec: RoleSpec; key: string; protection: Protection | undefined };

type Deps = {
  sessions: Pick<Sessions, "ensure" | "pin">;
  catalog: Pick<RoleCatalog, "resolve" | "protection">;
  clock: Clock;
  memory: SwitchMemory;
  onEvent(event: LeaseEvent): void;
};

const PLAIN: UseOptions = { granted: false, forMs: undefined };
const NONE = "none";
const RECENT_KEPT = 10;
// How long the way back may take: the end of a protected role does not wait for AWS.
const BACK_LIMIT_MS = 5000;

export function createActiveRole({ sessions, catalog, clock, memory, onEvent }: Deps): ActiveRole {
  let active: Active | undefined;
  let previous: string | undefined;
  let lease: Lease | undefined;
  // Where a switch for a time leads back to: the last role that was neither protected nor for a time.
  let home = NONE;
  let { recent } = memory.read();
  // Switches happen one after the other, in the order in which they were asked for.
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = queue.then(task, task);
    queue = turn.catch(() => undefined);
    return turn;
  };
  const watch = watchLease({ clock, onEvent, end: () => inTurn(() => goBack()).catch(() => undefined) });
  const swap = (next: Active | undefined, until: Date | undefined) => {
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
  const fetchAndSwap = async (spec: RoleSpec, { granted, forMs }: UseOptions) => {
    const protection = await catalog.protection(spec);
    if (!granted) refuseProtected(protection);
    await sessions.ensure(spec);
    swap({ spec, key: sessionKey(spec), protection }, endOf([forMs, protection?.revertAfterMs], clock));
  };
  const goBack = async () => {
    if (lease === undefined || lease.until > clock.now()) return;
    const ended = lease;
    const spec = await unprotected(ended.backTo, catalog);
    if (spec !== undefined) await atMost(BACK_LIMIT_MS, sessions.ensure(spec), clock);
    swap(spec && { spec, key: sessionKey(spec), protection: undefined }, undefined);
    onEvent({ kind: "ended", lease: ended, now: spec?.name ?? NONE });
  };

  return {
    spec: () => active?.spec,
    key: () => active?.key,
    previousName: () => previous,
    lease: () => lease,
    isProtected: () => active?.protection !== undefined,
    recent: () => recent,
    use: (name, options = PLAIN) =>
      inTurn(async () => {
        const wanted = name === "-" ? previous : name;
        if (wanted === undefined) {
          throw new CliError("there is no previous role yet", { hint: "metacred use ROLE", exit: EXIT.usage });
        }
        if (wanted === NONE) swap(undefined, endOf([options.forMs], clock));
        else await fetchAndSwap(await catalog.resolve(wanted), options);
      }),
    start: (spec, granted = false) =>
      inTurn(async () => {
        await fetchAndSwap(spec, { granted, forMs: undefined });
        previous = undefined;
      }),
    startAnyway: (spec) =>
      inTurn(async () => {
        refuseProtected(await catalog.protection(spec));
        swap({ spec, key: sessionKey(spec), protection: undefined }, undefined);
        previous = undefined;
        await sessions.ensure(spec);
      }),
    resume: () =>
      inTurn(async () => {
        const { lease: kept } = memory.read();
        if (kept === undefined || kept.until <= clock.now()) return false;
        const spec = await unprotected(kept.role, catalog);
        if (spec === undefined) return false;
        if (
          !(await sessions.ensure(spec).then(
            () => true,
            () => false,
          ))
        )
          return false;
        home = kept.backTo;
        swap({ spec, key: sessionKey(spec), protection: undefined }, kept.until);
        previous = home;
        return true;
      }),
    renew: () =>
      inTurn(async () => {
        if (active === undefined) return;
        const spec = await catalog.resolve(active.spec.name);
        await sessions.ensure(spec);
        active = { spec, key: sessionKey(spec), protection: await catalog.protection(spec) };
        sessions.pin(spec);
      }),
    stop: () => watch.follow(undefined, false),
  };
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

function atMost(limitMs: number, task: Promise<unknown>, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, resolve);
    task
      .catch(() => undefined)
      .finally(() => {
        cancel();
        resolve();
      });
  });
}
