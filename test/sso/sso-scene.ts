// Sign-ins against the mock AWS over HTTP, in a home folder of the test's own.
import { join } from "node:path";
import { createAwsHandler } from "../../src/aws/http-handler.ts";
import { type SsoOidc, createSsoOidc } from "../../src/aws/sso-oidc.ts";
import { type SsoPortal, createSsoPortal } from "../../src/aws/sso-portal.ts";
import type { SsoSession } from "../../src/aws/sso-session.ts";
import { type SecretStore, memoryStore } from "../../src/secrets/secret-store.ts";
import { type CliCache, cliCache } from "../../src/sso/cli-cache.ts";
import { type LoginDeps, type LoginResult, login } from "../../src/sso/login.ts";
import { createRegistrations } from "../../src/sso/registration.ts";
import { type TokenKeeper, createTokenKeeper } from "../../src/sso/token-keeper.ts";
import type { Clock } from "../../src/sys/clock.ts";

export const CORP: SsoSession = {
  name: "corp",
  startUrl: "https://corp.awsapps.com/start",
  region: "eu-central-1",
  scopes: ["sso:account:access"],
};

export type SsoScene = {
  oidc: SsoOidc;
  portal: SsoPortal;
  keeper: TokenKeeper;
  store: SecretStore;
  cache: CliCache;
  stateDir: string;
  /** Another process of the same user. */
  other(): TokenKeeper;
  /** Signs in as a browser that follows every redirect does. */
  signIn(ask?: Partial<LoginDeps["ask"]>, mayAnswer?: LoginDeps["mayAnswer"]): Promise<LoginResult>;
};

type Options = {
  home: string;
  clock: Clock;
  shareCliCache?: boolean;
  background?: boolean;
};

export function ssoScene({ home, clock, shareCliCache = false, background = false }: Options): SsoScene {
  const handler = createAwsHandler(process.env);
  const oidc = createSsoOidc(handler, process.env, clock);
  const portal = createSsoPortal(handler, clock);
  const store = memoryStore();
  const cache = cliCache(home);
  const stateDir = join(home, "state");
  const keeperOf = () =>
    createTokenKeeper({
      store,
      cliCache: cache,
      oidc,
      clock,
      stateDir,
      shareCliCache,
      background,
    });
  const keeper = keeperOf();
  return {
    oidc,
    portal,
    keeper,
    store,
    cache,
    stateDir,
    other: keeperOf,
    signIn: (ask = {}, mayAnswer) =>
      login(CORP, "corp", "browser", {
        oidc,
        registrations: createRegistrations({ store, oidc, clock }),
        keeper,
        clock,
        stateDir,
        mayAnswer,
        ask: { browser: (url) => void fetch(url).catch(() => undefined), device() {}, waiting() {}, ...ask },
      }),
  };
}
