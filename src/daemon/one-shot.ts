// The same sources without a daemon, for one answer.
import type { Session } from "../aws/credentials.ts";
import type { Context } from "../context.ts";
import { CliError, messageOf } from "../errors.ts";
import { isBroker } from "../roles/broker-name.ts";
import { endOfAgreement, refuseProtected } from "../roles/protection.ts";
import type { RoleEntry } from "../roles/role-entries.ts";
import { type RoleSpec, signInKey } from "../roles/role-spec.ts";
import { complete } from "../sessions/complete.ts";
import type { BaseSource } from "../sources/base.ts";
import { brokerRoleNames } from "../sources/broker.ts";
import { createSessionSource } from "../sources/role-session.ts";
import { askPerson } from "./ask-person.ts";
import { toLocal } from "./aws-parts.ts";
import { credentialsAnswer, endingBy } from "./credentials-answer.ts";
import type { CredentialsAnswer } from "./protocol.ts";
import { type RoleCatalog, createRoleCatalog } from "./role-catalog.ts";
import { type SourceKit, createSourceKit } from "./source-kit.ts";
import { type Turn, takeTurn } from "./turn.ts";

const LIMIT_MS = 60_000;

/** Credentials of a role, or of what `serve` would take without one. Asks nobody, opens nothing. */
export async function oneShotCredentials(
  context: Context,
  role: string | undefined,
  granted = false,
  turn?: Turn,
): Promise<CredentialsAnswer> {
  try {
    const { catalog, kit } = openKit(context);
    const spec = role === undefined ? await catalog.resolveDefault() : await catalog.resolve(role);
    if (signInKey(spec.base) === undefined) turn?.goOn();
    const protection = await catalog.protection(spec);
    if (!granted) refuseProtected(protection);
    const end = endOfAgreement(protection, context.clock.now());
    return credentialsAnswer(
      spec,
      endingBy(end, await fetchOnce(context, spec, catalog, { ...kit, base: byTurns(kit.base, turn, context) })),
    );
  } catch (error) {
    turn?.failed(error);
    throw error;
  } finally {
    turn?.end();
  }
}

async function fetchOnce(context: Context, spec: RoleSpec, catalog: RoleCatalog, kit: SourceKit): Promise<Session> {
  try {
    const session = await createSessionSource(kit).fetch(spec, AbortSignal.timeout(LIMIT_MS));
    return toLocal(complete(session, kit.time.now()), kit.time);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    askPerson(spec.base, error, catalog.config(), context);
    if (error.needs === undefined) throw error;
    // A code is for a daemon, which keeps what it opens; here it would be asked for again each time.
    const { message, exit, needs } = error;
    throw new CliError(message, { hint: `metacred serve --background --role ${spec.name}`, exit, needs, cause: error });
  }
}

// A token whose date is good may have ended at AWS: only what it opens shows that somebody is signed in. Many roles may
// rest on the same sign-in.
function byTurns(base: BaseSource, turn: Turn | undefined, context: Context): BaseSource {
  return async (spec, region) => {
    const key = signInKey(spec);
    if (turn === undefined || key === undefined) return base(spec, region);
    const signInTurn = await takeTurn(context, { signIn: key });
    try {
      const session = await base(spec, region);
      for (const one of [signInTurn, turn]) one.goOn();
      return session;
    } catch (error) {
      signInTurn.failed(error);
      throw error;
    }
  };
}

export function roleChoices(context: Context): Promise<RoleEntry[]> {
  return openKit(context).catalog.entries();
}

/** Every name that `use` accepts; the notes say why some may be missing. */
export async function listRoles(context: Context, refresh: boolean): Promise<{ names: string[]; notes: string[] }> {
  const { catalog, kit } = openKit(context);
  const { names, pairs, note } = await catalog.names(refresh);
  const notes = note === undefined ? [] : [note];
  const offered = Object.entries(catalog.config().sources).map(async ([source, settings]) => {
    if (!isBroker(settings)) return [];
    try {
      return await brokerRoleNames({ source, settings }, { ...kit, env: context.env });
    } catch (error) {
      notes.push(messageOf(error));
      return [];
    }
  });
  const known = [...names, ...(await Promise.all(offered)).flat()].toSorted();
  return { names: [...new Set([...known, ...pairs])], notes };
}

// Some SDKs read standard error of a credential_process as well: nothing is said there that is no error.
function openKit(context: Context): { catalog: RoleCatalog; kit: SourceKit } {
  const lists = () => kit.lists;
  const catalog: RoleCatalog = createRoleCatalog(context, undefined, lists, (base, error) =>
    askPerson(base, error, catalog.config(), context),
  );
  const kit: SourceKit = createSourceKit(context, catalog, { background: false, patient: false, say() {} });
  return { catalog, kit };
}
