// What containers get: [containers] default_role, kept fresh beside the active role, or nothing.
import type { Context } from "../context.ts";
import { CliError, EXIT, messageOf } from "../errors.ts";
import type { ImdsView } from "../imds/view.ts";
import type { Log } from "../output.ts";
import { type RoleSpec, sessionKey } from "../roles/role-spec.ts";
import type { Core } from "./core.ts";
import { type ServedRole, createImdsView } from "./imds-view.ts";

export type ContainerRole = {
  served(): ServedRole | undefined;
  view(): ImdsView;
  /** Takes up default_role as the configuration has it now; the warning says why it kept what it had. */
  renew(): Promise<string | undefined>;
};

type Deps = { core: Pick<Core, "catalog" | "sessions" | "local">; clock: Context["clock"]; log: Log };

const NO_ROLE: ImdsView = {
  problem: { code: "Failed", message: "containers get no role here: [containers] default_role names it" },
};

// Why is for the owner alone: AWS's words name identities that a container need not know.
const NO_CREDENTIALS = "there are no credentials for containers now: metacred status on the host says why";

/** Throws where the name cannot be resolved. Nobody waits for AWS: containers get 404 until the role is there. */
export async function openContainerRole({ core, clock, log }: Deps): Promise<ContainerRole> {
  const { catalog, sessions, local } = core;
  const viewOf = createImdsView();
  let spec = await containerSpec(catalog);
  let key: string | undefined;
  const keep = () => {
    key = spec && sessionKey(spec);
    sessions.pin(spec, "containers");
    if (spec === undefined) return;
    sessions.ensure(spec).catch((error: unknown) => {
      log.warn("no credentials for containers yet, trying again", { error: messageOf(error) });
    });
  };
  const served = (): ServedRole | undefined => {
    if (spec === undefined || key === undefined) return undefined;
    const session = sessions.current(key);
    return { spec, session: session && local(session), state: sessions.state(key) };
  };
  keep();
  return {
    served,
    view() {
      const now = served();
      if (now === undefined) return NO_ROLE;
      const view = viewOf(now, catalog.config(), clock.now());
      return view.problem === undefined ? view : { ...view, problem: { ...view.problem, message: NO_CREDENTIALS } };
    },
    async renew() {
      try {
        spec = await containerSpec(catalog);
        keep();
        return undefined;
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        return `kept the containers' role as it was: ${error.message}`;
      }
    },
  };
}

// --- internal ---

async function containerSpec(catalog: Core["catalog"]): Promise<RoleSpec | undefined> {
  const { enabled, default_role: name } = catalog.config().containers;
  if (!enabled || name === "") return undefined;
  const spec = await catalog.resolve(name);
  if ((await catalog.protection(spec)) === undefined) return spec;
  throw new CliError(`containers.default_role is "${name}", which is protected: nobody would be asked`, {
    hint: "name another role in [containers] default_role",
    exit: EXIT.usage,
  });
}
