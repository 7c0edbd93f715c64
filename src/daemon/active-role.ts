// Which role is served: validate, fetch, swap. A request sees the old role or the new one, never a mix.
import { CliError, EXIT } from "../errors.ts";
import { type RoleSpec, sessionKey } from "../roles/role-spec.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { RoleCatalog } from "./role-catalog.ts";

export type ActiveRole = {
  spec(): RoleSpec | undefined;
  /** sessionKey of the spec, undefined under `use none`. */
  key(): string | undefined;
  previousName(): string | undefined;
  /** Resolves when the next request gets the new role; on failure the old one stays. */
  use(name: string, mfaCode?: string): Promise<void>;
  start(spec: RoleSpec, mfaCode?: string): Promise<void>;
  /** Active at once, with credentials or before there are any: what fails is tried again in the background. */
  startAnyway(spec: RoleSpec): Promise<void>;
  /** Resolves the active name anew, after the files changed. */
  renew(): Promise<void>;
};

type Deps = {
  sessions: Pick<Sessions, "ensure" | "pin">;
  catalog: RoleCatalog;
  /** Opens a session with the code of the role's device. */
  signIn(spec: RoleSpec, code: string): Promise<void>;
};

export function createActiveRole({ sessions, catalog, signIn }: Deps): ActiveRole {
  let active: { spec: RoleSpec; key: string } | undefined;
  let previous: string | undefined;
  // Switches happen one after the other, in the order in which they were asked for.
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const turn = queue.then(task, task);
    queue = turn.catch(() => undefined);
    return turn;
  };
  const swap = (spec: RoleSpec | undefined) => {
    if (active?.spec.name !== spec?.name) previous = active?.spec.name ?? "none";
    active = spec === undefined ? undefined : { spec, key: sessionKey(spec) };
    sessions.pin(spec);
  };
  const fetchAndSwap = async (spec: RoleSpec, mfaCode?: string) => {
    if (mfaCode !== undefined) await signIn(spec, mfaCode);
    await sessions.ensure(spec);
    swap(spec);
  };

  return {
    spec: () => active?.spec,
    key: () => active?.key,
    previousName: () => previous,
    use: (name, mfaCode) =>
      inTurn(async () => {
        const wanted = name === "-" ? previous : name;
        if (wanted === undefined) {
          throw new CliError("there is no previous role yet", { hint: "metacred use ROLE", exit: EXIT.usage });
        }
        if (wanted === "none") swap(undefined);
        else await fetchAndSwap(await catalog.resolve(wanted), mfaCode);
      }),
    start: (spec, mfaCode) =>
      inTurn(async () => {
        await fetchAndSwap(spec, mfaCode);
        previous = undefined;
      }),
    startAnyway: (spec) =>
      inTurn(async () => {
        swap(spec);
        previous = undefined;
        await sessions.ensure(spec);
      }),
    renew: () =>
      inTurn(async () => {
        if (active !== undefined) await fetchAndSwap(await catalog.resolve(active.spec.name));
      }),
  };
}
