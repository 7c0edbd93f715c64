// `use` without a role: every role there is, the recent ones first.
import type { Context } from "../context.ts";
import { controlClient } from "../daemon/client.ts";
import type { Status } from "../daemon/protocol.ts";
import { CliError, EXIT } from "../errors.ts";
import { loadEngine } from "../load-engine.ts";
import type { RoleEntry } from "../roles/role-entries.ts";
import { choose } from "./choose.ts";
import type { Choice } from "./picker.ts";

/** Undefined when the person chose none. */
export async function pickRole(context: Context): Promise<string | undefined> {
  if (!context.interactive || context.env["TERM"] === "dumb") {
    throw new CliError('"metacred use" needs ROLE where no list can be shown', {
      hint: "metacred roles, then metacred use ROLE",
      exit: EXIT.usage,
    });
  }
  const status = await controlClient(context.paths.socketFile).status();
  const { roleChoices } = await loadEngine();
  const entries = await roleChoices(context);
  if (entries.length === 0) {
    throw new CliError("there is no role to choose: none in the config, no AWS profile", { hint: "metacred init" });
  }
  const { clock, colour } = context;
  return choose(inOrder(entries, status), { clock, colour });
}

/** Recent ones first, of which the one before the present is the likeliest; the present one behind them. */
export function inOrder(
  entries: readonly RoleEntry[],
  { role, recent_roles: recent }: Pick<Status, "role" | "recent_roles">,
): Choice[] {
  // A daemon of an older version says nothing of them.
  const places = new Map((recent ?? []).filter((name) => name !== role?.name).map((name, index) => [name, index]));
  const placeOf = (name: string) => (name === role?.name ? places.size : (places.get(name) ?? places.size + 1));
  return entries
    .toSorted((a, b) => placeOf(a.name) - placeOf(b.name))
    .map((entry) => ({ ...entry, current: entry.name === role?.name }));
}
