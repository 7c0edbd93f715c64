// The same sources without a daemon, for one answer.
import type { Context } from "../context.ts";
import { CliError, messageOf } from "../errors.ts";
import { complete } from "../sessions/complete.ts";
import { brokerRoleNames } from "../sources/broker.ts";
import { createSessionSource } from "../sources/role-session.ts";
import { createAwsParts, toLocal } from "./aws-parts.ts";
import { credentialsAnswer } from "./credentials-answer.ts";
import type { CredentialsAnswer } from "./protocol.ts";
import { createRoleCatalog } from "./role-catalog.ts";

const LIMIT_MS = 60_000;

/** Credentials of a role, or of what `serve` would take without one. Asks nobody, opens nothing. */
export async function oneShotCredentials(context: Context, role: string | undefined): Promise<CredentialsAnswer> {
  const catalog = createRoleCatalog(context, undefined);
  const spec = role === undefined ? await catalog.resolveDefault() : await catalog.resolve(role);
  const parts = createAwsParts(context, () => catalog.config().network.proxy);
  try {
    const session = await createSessionSource(parts).fetch(spec, AbortSignal.timeout(LIMIT_MS));
    return credentialsAnswer(spec, toLocal(complete(session, parts.time.now()), parts.time));
  } catch (error) {
    if (!(error instanceof CliError) || error.needs === undefined) throw error;
    // A code is for a daemon, which keeps what it opens; here it would be asked for again each time.
    const { message, exit, needs } = error;
    throw new CliError(message, { hint: `metacred serve --background --role ${spec.name}`, exit, needs, cause: error });
  }
}

/** Every name that `use` accepts. `say` hears which brokers could not be asked for theirs. */
export async function listRoles(context: Context, say: (text: string) => void): Promise<string[]> {
  const catalog = createRoleCatalog(context, undefined);
  const names = await catalog.names();
  const sources = Object.entries(catalog.config().sources);
  if (sources.length === 0) return names;
  const { send, clock } = createAwsParts(context, () => catalog.config().network.proxy);
  const offered = sources.map(async ([source, settings]) => {
    try {
      return await brokerRoleNames({ source, settings }, { env: context.env, send, clock });
    } catch (error) {
      say(`metacred: ${messageOf(error)}\n`);
      return [];
    }
  });
  return [...new Set([...names, ...(await Promise.all(offered)).flat()])].toSorted();
}
