// One sign-in at a time across all processes: who comes second waits and shares what the first one got.
import { join } from "node:path";
import { explainCall } from "../aws/explain.ts";
import { type Device, type Flow, type SsoClient, type SsoOidc, type SsoTokens, refusalOf } from "../aws/sso-oidc.ts";
import { type SsoSession, ssoKey } from "../aws/sso-session.ts";
import { CliError, EXIT } from "../errors.ts";
import type { Clock } from "../sys/clock.ts";
import { tryLock, waitForLock } from "../sys/process-lock.ts";
import { type BrowserFlowDeps, signInByBrowser } from "./browser-flow.ts";
import { signInByDevice } from "./device-flow.ts";
import type { Registrations } from "./registration.ts";
import type { SsoToken } from "./token.ts";
import type { TokenKeeper } from "./token-keeper.ts";

export type LoginDeps = {
  oidc: SsoOidc;
  registrations: Registrations;
  keeper: Pick<TokenKeeper, "find" | "keep">;
  clock: Clock;
  stateDir: string;
  mayAnswer?: BrowserFlowDeps["mayAnswer"] | undefined;
  ask: {
    browser(url: string): void;
    device(device: Device): void;
    waiting(): void;
  };
};

export type LoginResult = { token: SsoToken; shared: boolean };

/** How long a person may take. */
export const LOGIN_LIMIT_MS = 10 * 60_000;

export async function login(session: SsoSession, word: string, flow: Flow, deps: LoginDeps): Promise<LoginResult> {
  const { clock, stateDir, keeper, ask } = deps;
  const limit = new AbortController();
  const cancel = clock.after(LOGIN_LIMIT_MS, () => limit.abort(tooLong(word)));
  // The clock's timers do not keep a process alive, and this one has to wait for a person.
  const alive = setInterval(() => undefined, 60_000);
  const lockFile = join(stateDir, `login-${ssoKey(session)}.lock`);
  try {
    const free = tryLock(lockFile);
    if (free !== undefined) return await locked(free, () => fresh(session, word, flow, deps, limit.signal));
    const before = (await keeper.find(session))?.token.accessToken;
    ask.waiting();
    const release = await waitForLock(lockFile, clock, limit.signal);
    return await locked(release, async () => {
      const found = await keeper.find(session);
      const isNew = found !== undefined && found.token.accessToken !== before && found.token.expiresAt > clock.now();
      return isNew ? { token: found.token, shared: true } : fresh(session, word, flow, deps, limit.signal);
    });
  } finally {
    clearInterval(alive);
    cancel();
  }
}

async function locked<T>(release: () => void, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } finally {
    release();
  }
}

async function fresh(
  session: SsoSession,
  word: string,
  flow: Flow,
  deps: LoginDeps,
  signal: AbortSignal,
): Promise<LoginResult> {
  const { registrations, keeper } = deps;
  try {
    let client = await registrations.client(session, flow, signal);
    let tokens: SsoTokens;
    try {
      tokens = await signIn(session, client, word, flow, deps, signal);
    } catch (error) {
      // AWS may have forgotten a client that was kept here. A browser's code is worth nothing by now either.
      if (flow !== "device" || refusalOf(error) !== "invalid") throw error;
      client = await registrations.renew(session, flow, signal);
      tokens = await signIn(session, client, word, flow, deps, signal);
    }
    const token: SsoToken = { ...tokens, client };
    await keeper.keep(session, token);
    return { token, shared: false };
  } catch (error) {
    signal.throwIfAborted();
    if (refusalOf(error) !== "invalid") throw explainCall(error, `sign in to "${word}"`);
    await registrations.renew(session, flow, signal).catch(() => undefined);
    throw new CliError(`AWS did not take the sign-in to "${word}"`, {
      hint: `metacred login ${word}`,
      exit: EXIT.needsPerson,
      cause: error,
    });
  }
}

function signIn(
  session: SsoSession,
  client: SsoClient,
  word: string,
  flow: Flow,
  { oidc, clock, ask, mayAnswer }: LoginDeps,
  signal: AbortSignal,
): Promise<SsoTokens> {
  return flow === "browser"
    ? signInByBrowser(session, client, { oidc, word, signal, show: ask.browser, mayAnswer })
    : signInByDevice(session, client, { oidc, clock, word, signal, show: ask.device });
}

function tooLong(word: string): CliError {
  return new CliError(`nobody signed in to "${word}" within ${LOGIN_LIMIT_MS / 60_000} minutes`, {
    hint: `metacred login ${word}`,
    exit: EXIT.needsPerson,
  });
}
