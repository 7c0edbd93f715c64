// The token of each sign-in: found in our store or in the AWS CLI's cache, refreshed ahead of its end, one refresh at a
// time across all processes, and put back where it was found. Asks nobody, ever.
import { join } from "node:path";
import { explainCall } from "../aws/explain.ts";
import { type SsoOidc, refusalOf } from "../aws/sso-oidc.ts";
import { type SsoSession, ssoKey } from "../aws/sso-session.ts";
import { CliError, EXIT } from "../errors.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { Clock } from "../sys/clock.ts";
import { jsonOf } from "../sys/json.ts";
import { waitForLock } from "../sys/process-lock.ts";
import type { CliCache } from "./cli-cache.ts";
import { type SsoToken, canRefresh, fieldsOf, isValid, readToken, tokenOf } from "./token.ts";

export type TokenKeeper = {
  /** A token that is good now. Throws with exit 4 where a person must sign in first. */
  access(session: SsoSession, word: string): Promise<string>;
  /** Another one, after the portal refused this one. */
  replace(session: SsoSession, word: string, refused: string): Promise<string>;
  /** The token as it is found, whatever its age. */
  find(session: SsoSession): Promise<HeldToken | undefined>;
  /** Keeps a new sign-in. */
  keep(session: SsoSession, token: SsoToken): Promise<void>;
  /** Drops the sign-in from every place. */
  remove(session: SsoSession): Promise<void>;
  /** Looks everywhere again the next time; undefined: for every sign-in. */
  forget(key: string | undefined): void;
};

export type HeldToken = {
  token: SsoToken;
  /** The file of the CLI's cache, undefined for our own store. */ file?: string;
};

export type KeeperDeps = {
  store: SecretStore;
  cliCache: CliCache;
  oidc: Pick<SsoOidc, "createToken">;
  clock: Clock;
  stateDir: string;
  /** Our own sign-ins are written into the CLI's cache, too. */
  shareCliCache: boolean;
  /** Refreshes by itself, before anybody needs the token: for a process that stays. */
  background: boolean;
};

const EARLY_MS = 10 * 60_000;
const SHORTEST_WAIT_MS = 60_000;
const REFRESH_LIMIT_MS = 20_000;

export function createTokenKeeper(deps: KeeperDeps): TokenKeeper {
  const { store, cliCache, oidc, clock, stateDir } = deps;
  const held = new Map<string, HeldToken>();
  const flights = new Map<string, Promise<HeldToken | undefined>>();
  const timers = new Map<string, () => void>();
  // What the portal has refused is worth nothing, whatever its own date says.
  const refusedTokens = new Set<string>();
  const renewable = ({ token }: HeldToken) =>
    canRefresh(token, clock.now()) && !refusedTokens.has(token.refreshToken ?? "");

  const isGood = ({ token }: HeldToken) => isValid(token, clock.now()) && !refusedTokens.has(token.accessToken);
  const isFresh = (one: HeldToken) => isGood(one) && one.token.expiresAt.getTime() - clock.now().getTime() > EARLY_MS;

  const isOfUse = (one: HeldToken | undefined) => one !== undefined && (isGood(one) || renewable(one));

  const find = async (session: SsoSession): Promise<HeldToken | undefined> => {
    const text = await store.get(tokenItem(ssoKey(session)));
    const kept = text === undefined ? undefined : readToken(jsonOf(text));
    const own = kept === undefined ? undefined : { token: tokenOf(kept) };
    if (isOfUse(own)) return own;
    return cliCache.find(session) ?? own;
  };

  const put = async (session: SsoSession, { token, file }: HeldToken) => {
    const fields = fieldsOf(session, token);
    if (file === undefined) await store.set(tokenItem(ssoKey(session)), JSON.stringify(fields));
    if (file !== undefined || deps.shareCliCache) cliCache.write(file ?? cliCache.fileOf(session), session, token);
  };

  const refresh = async (session: SsoSession): Promise<HeldToken | undefined> => {
    const signal = AbortSignal.timeout(REFRESH_LIMIT_MS);
    const release = await waitForLock(join(stateDir, `sso-${ssoKey(session)}.lock`), clock, signal);
    try {
      // Another process may have done it while this one waited: its refresh token is the good one now.
      const found = await find(session);
      if (found === undefined || isFresh(found)) return found;
      const { refreshToken, client } = found.token;
      if (refreshToken === undefined || client === undefined || !renewable(found)) return found;
      const grant = { grantType: "refresh_token", refreshToken } as const;
      const got = await oidc.createToken(session, client, grant, signal).catch((error: unknown) => {
        if (refusalOf(error) !== undefined) refusedTokens.add(refreshToken);
        throw error;
      });
      const next: HeldToken = { ...found, token: { client, ...got, refreshToken: got.refreshToken ?? refreshToken } };
      await put(session, next);
      return next;
    } finally {
      release();
    }
  };

  const refreshShared = (session: SsoSession): Promise<HeldToken | undefined> => {
    const key = ssoKey(session);
    const running = flights.get(key);
    if (running !== undefined) return running;
    const flight = refresh(session).finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };

  const schedule = (session: SsoSession, word: string, { token }: HeldToken) => {
    const key = ssoKey(session);
    timers.get(key)?.();
    timers.delete(key);
    if (!deps.background || token.refreshToken === undefined) return;
    const dueMs = token.expiresAt.getTime() - EARLY_MS - clock.now().getTime();
    const look = () => void access(session, word).catch(() => undefined);
    timers.set(key, clock.after(Math.max(dueMs, SHORTEST_WAIT_MS), look));
  };

  const accept = (session: SsoSession, word: string, one: HeldToken): string => {
    const key = ssoKey(session);
    held.set(key, one);
    schedule(session, word, one);
    return one.token.accessToken;
  };

  const access = async (session: SsoSession, word: string): Promise<string> => {
    const key = ssoKey(session);
    const known = held.get(key);
    const one = known !== undefined && isGood(known) ? known : await find(session);
    if (one === undefined) throw needsLogin(word, false);
    if (isFresh(one)) return accept(session, word, one);
    try {
      const next = renewable(one) ? await refreshShared(session) : one;
      if (next !== undefined && isGood(next)) return accept(session, word, next);
    } catch (error) {
      // What is still good is used to its end, whatever became of the refresh.
      if (isGood(one)) return accept(session, word, one);
      if (refusalOf(error) === undefined) throw explainCall(error, `refresh the SSO session "${word}"`);
      // AWS refused this one for good; another place may have another.
      held.delete(key);
      return access(session, word);
    }
    held.delete(key);
    throw needsLogin(word, true);
  };

  return {
    access,
    find,
    async replace(session, word, refused) {
      refusedTokens.add(refused);
      held.delete(ssoKey(session));
      return access(session, word);
    },
    async keep(session, token) {
      held.delete(ssoKey(session));
      await put(session, { token });
    },
    async remove(session) {
      const key = ssoKey(session);
      held.delete(key);
      timers.get(key)?.();
      const cached = cliCache.find(session);
      if (cached !== undefined) cliCache.remove(cached.file);
      await store.delete(tokenItem(ssoKey(session)));
    },
    forget(key) {
      if (key === undefined) held.clear();
      else held.delete(key);
    },
  };
}

export function needsLogin(word: string, wasIn: boolean): CliError {
  const what = wasIn ? `the SSO session "${word}" has expired` : `nobody has signed in to the SSO session "${word}"`;
  return new CliError(what, { hint: `metacred login ${word}`, exit: EXIT.needsPerson });
}

/** The name of a token in the store. */
export function tokenItem(key: string): string {
  return `sso-token ${key}`;
}
