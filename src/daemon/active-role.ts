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
  // A role that hangs must not hold up another: everybody fetches at once, and of two switches the one asked for later
  // stands, whichever is ready first.
  let asked = 0;
  let settled = 0;

  const swap = (spec: RoleSpec | undefined) => {
    if (active?.spec.name !== spec?.name) previous = active?.spec.name ?? "none";
    active = spec === undefined ? undefined : { spec, key: sessionKey(spec) };
    sessions.pin(spec);
  };
  const settle = (turn: number, spec: RoleSpec | undefined): boolean => {
    if (turn < settled) return false;
    settled = turn;
    swap(spec);
    return true;
  };
  const prepare = async (spec: RoleSpec, mfaCode?: string) => {
    if (mfaCode !== undefined) await signIn(spec, mfaCode);
    await sessions.ensure(spec);
  };

  return {
    spec: () => active?.spec,
    key: () => active?.key,
    previousName: () => previous,
    async use(name, mfaCode) {
      const turn = ++asked;
      const wanted = name === "-" ? previous : name;
      if (wanted === undefined) {
        throw new CliError("there is no previous role yet", { hint: "metacred use ROLE", exit: EXIT.usage });
      }
      const spec = wanted === "none" ? undefined : await catalog.resolve(wanted);
      if (spec !== undefined) await prepare(spec, mfaCode);
      if (!settle(turn, spec)) {
        throw new CliError(`a later switch came before "${wanted}" was ready`, { hint: `metacred use ${wanted}` });
      }
    },
    async start(spec, mfaCode) {
      const turn = ++asked;
      await prepare(spec, mfaCode);
      if (settle(turn, spec)) previous = undefined;
    },
    async startAnyway(spec) {
      settle(++asked, spec);
      previous = undefined;
      await sessions.ensure(spec);
    },
    async renew() {
      if (active === undefined) return;
      const turn = ++asked;
      const spec = await catalog.resolve(active.spec.name);
      await prepare(spec);
      settle(turn, spec);
    },
  };
}
