// The same sources without a daemon, for one answer.
import { createAwsHandler } from "../aws/http-handler.ts";
import { createSts } from "../aws/sts.ts";
import type { Context } from "../context.ts";
import { complete } from "../sessions/sessions.ts";
import type { RoleEntry } from "../roles/role-entries.ts";
import { refuseProtected } from "../roles/protection.ts";
import { createBaseSource } from "../sources/base.ts";
import { limitCredentialProcesses } from "../sources/process-limit.ts";
import { createSessionSource } from "../sources/role-session.ts";
import { credentialsAnswer } from "./credentials-answer.ts";
import type { CredentialsAnswer } from "./protocol.ts";
import { createRoleCatalog } from "./role-catalog.ts";

const LIMIT_MS = 60_000;
const PROCESS_LIMIT_MS = 50_000;

/** Credentials of a role, or of what `serve` would take without one. Asks nobody, opens nothing. */
export async function oneShotCredentials(
  context: Context,
  role: string | undefined,
  granted = false,
): Promise<CredentialsAnswer> {
  const { clock, env } = context;
  const handler = createAwsHandler(env);
  const sts = createSts(handler, clock);
  limitCredentialProcesses(PROCESS_LIMIT_MS);
  const catalog = createRoleCatalog(context, undefined);
  const spec = role === undefined ? await catalog.resolveDefault() : await catalog.resolve(role);
  if (!granted) refuseProtected(await catalog.protection(spec));
  const fetch = createSessionSource({ sts, base: createBaseSource({ env, sts, handler, clock }) });
  return credentialsAnswer(spec, complete(await fetch(spec, AbortSignal.timeout(LIMIT_MS)), clock.now()));
}

export function roleChoices(context: Context): Promise<RoleEntry[]> {
  return createRoleCatalog(context, undefined).entries();
}

export function listRoles(context: Context): Promise<string[]> {
  return createRoleCatalog(context, undefined).names();
}
