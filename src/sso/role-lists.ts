// Which accounts and roles a sign-in offers: paged through once, kept in a file for a day.
import { join } from "node:path";
import * as v from "valibot";
import { explainCall } from "../aws/explain.ts";
import { type SsoPortal, type SsoRole, isUnauthorized } from "../aws/sso-portal.ts";
import { type SsoSession, ssoKey } from "../aws/sso-session.ts";
import { keepPrivateFile } from "../sys/atomic-file.ts";
import type { Clock } from "../sys/clock.ts";
import { readJson } from "../sys/read-file.ts";
import type { TokenKeeper } from "./token-keeper.ts";

export type RoleLists = {
  /** Every pair, from the file while it is young. */
  all(session: SsoSession, word: string, refresh: boolean): Promise<readonly SsoRole[]>;
  /** What the file says, however old; nobody is asked. */
  kept(session: SsoSession): readonly SsoRole[];
  offers(session: SsoSession, word: string, role: SsoRole): Promise<boolean>;
};

type Deps = {
  portal: Pick<SsoPortal, "accounts" | "roles">;
  keeper: Pick<TokenKeeper, "access" | "replace">;
  clock: Pick<Clock, "now">;
  stateDir: string;
};

// Of a file that holds single pairs: the whole list was not asked for yet.
const NEVER = new Date(0).toISOString();
const YOUNG_MS = 24 * 3_600_000;
const fileSchema = v.object({
  fetchedAt: v.pipe(v.string(), v.isoTimestamp()),
  roles: v.array(v.object({ accountId: v.string(), roleName: v.string() })),
});

export function createRoleLists({ portal, keeper, clock, stateDir }: Deps): RoleLists {
  const fileOf = (session: SsoSession) => join(stateDir, `sso-roles-${ssoKey(session)}.json`);
  const read = (session: SsoSession) => {
    const result = v.safeParse(fileSchema, readJson(fileOf(session)));
    return result.success ? result.output : undefined;
  };
  const write = (session: SsoSession, fetchedAt: string, roles: readonly SsoRole[]) =>
    keepPrivateFile(fileOf(session), `${JSON.stringify({ fetchedAt, roles })}\n`);
  const young = (session: SsoSession) => {
    const kept = read(session);
    const isYoung = kept !== undefined && clock.now().getTime() - new Date(kept.fetchedAt).getTime() < YOUNG_MS;
    return isYoung ? kept.roles : undefined;
  };
  const fetchAll = (session: SsoSession, word: string) =>
    withToken({ keeper, session, word }, "list the SSO roles", async (token) => {
      const roles: SsoRole[] = [];
      // One account after the other: the portal's limits are low, and this is not urgent.
      for (const { accountId } of await portal.accounts(session.region, token)) {
        const names = await portal.roles(session.region, token, accountId);
        roles.push(...names.map((roleName) => ({ accountId, roleName })));
      }
      write(session, clock.now().toISOString(), roles);
      return roles;
    });
  return {
    all: async (session, word, refresh) => (refresh ? undefined : young(session)) ?? (await fetchAll(session, word)),
    kept: (session) => read(session)?.roles ?? [],
    async offers(session, word, role) {
      const { accountId, roleName } = role;
      const isIt = (known: SsoRole) => known.accountId === accountId && known.roleName === roleName;
      // What was offered once needs no question at each start; should it be gone, the portal says so with the role.
      if (read(session)?.roles.some(isIt) === true) return true;
      const names = await withToken({ keeper, session, word }, "list the SSO roles", (token) =>
        portal.roles(session.region, token, accountId),
      );
      if (!names.includes(roleName)) return false;
      const kept = read(session);
      write(session, kept?.fetchedAt ?? NEVER, [...(kept?.roles ?? []), role]);
      return true;
    },
  };
}

type Who = { keeper: Pick<TokenKeeper, "access" | "replace">; session: SsoSession; word: string };

/** Runs a call of the portal; a token that the portal refuses is replaced once. */
export async function withToken<T>(
  { keeper, session, word }: Who,
  what: string,
  call: (accessToken: string) => Promise<T>,
): Promise<T> {
  const token = await keeper.access(session, word);
  try {
    return await call(token);
  } catch (error) {
    if (!isUnauthorized(error)) throw explainCall(error, what);
  }
  const other = await keeper.replace(session, word, token);
  try {
    return await call(other);
  } catch (error) {
    throw explainCall(error, what);
  }
}
