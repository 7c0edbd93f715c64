// The same sources without a daemon, for one answer.
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { complete } from "../sessions/sessions.ts";
import type { RoleEntry } from "../roles/role-entries.ts";
import { refuseProtected } from "../roles/protection.ts";
import { createSessionSource } from "../sources/role-session.ts";
import { askPerson } from "./ask-person.ts";
import { credentialsAnswer } from "./credentials-answer.ts";
import type { CredentialsAnswer } from "./protocol.ts";
import { type RoleCatalog, createRoleCatalog } from "./role-catalog.ts";
import { type SourceKit, createSourceKit } from "./source-kit.ts";

const LIMIT_MS = 60_000;

/** Credentials of a role, or of what `serve` would take without one. Asks nobody, opens nothing. */
export async function oneShotCredentials(
  context: Context,
  role: string | undefined,
  granted = false,
): Promise<CredentialsAnswer> {
  const { catalog, kit } = openKit(context);
  const spec = role === undefined ? await catalog.resolveDefault() : await catalog.resolve(role);
  if (!granted) refuseProtected(await catalog.protection(spec));
  const fetch = createSessionSource({ sts: kit.sts, base: kit.base });
  try {
    return credentialsAnswer(spec, complete(await fetch(spec, AbortSignal.timeout(LIMIT_MS)), context.clock.now()));
  } catch (error) {
    if (error instanceof CliError) askPerson(spec.base, error, catalog.config(), context);
    throw error;
  }
}

export function roleChoices(context: Context): Promise<RoleEntry[]> {
  return openKit(context).catalog.entries();
}

export function listRoles(context: Context, refresh: boolean): ReturnType<RoleCatalog["names"]> {
  return openKit(context).catalog.names(refresh);
}

// Some SDKs read standard error of a credential_process as well: nothing is said there that is no error.
function openKit(context: Context): { catalog: RoleCatalog; kit: SourceKit } {
  const catalog: RoleCatalog = createRoleCatalog(context, undefined, () => kit.lists);
  const kit: SourceKit = createSourceKit(context, catalog.config(), { background: false, patient: false, say() {} });
  return { catalog, kit };
}
