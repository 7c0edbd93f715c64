// Everything that credentials come from, put together once for the daemon, for a single answer, and for a sign-in.
import { type SsoOidc, createSsoOidc } from "../aws/sso-oidc.ts";
import { type SsoPortal, createSsoPortal } from "../aws/sso-portal.ts";
import type { Context } from "../context.ts";
import { type Secrets, openSecrets } from "../secrets/open-secrets.ts";
import { signInKey } from "../roles/role-spec.ts";
import { type BaseSource, createBaseSource } from "../sources/base.ts";
import { limitCredentialProcesses } from "../sources/process-limit.ts";
import { cliCache } from "../sso/cli-cache.ts";
import { type RoleLists, createRoleLists } from "../sso/role-lists.ts";
import { type TokenKeeper, createTokenKeeper } from "../sso/token-keeper.ts";
import { type AwsParts, createAwsParts } from "./aws-parts.ts";
import { personAnswered } from "./ask-person.ts";
import type { RoleCatalog } from "./role-catalog.ts";

export type SourceKit = AwsParts & {
  oidc: SsoOidc;
  portal: SsoPortal;
  secrets: Secrets;
  keeper: TokenKeeper;
  lists: RoleLists;
  base: BaseSource;
};

export type KitOptions = {
  /** For a process that stays: tokens are refreshed before anybody needs them. */
  background: boolean;
  /** A person waits at the terminal, and may be typing the keychain's password. */
  patient: boolean;
  say(text: string): void;
};

// Under the time limit of a fetch, so that a hung process is named as such.
const PROCESS_LIMIT_MS = 50_000;

/** `catalog`: what can change while a process lives is asked for anew each time. */
export function createSourceKit(
  context: Context,
  catalog: Pick<RoleCatalog, "config" | "profiles">,
  options: KitOptions,
): SourceKit {
  const { env, paths } = context;
  const { stateDir } = paths;
  const config = catalog.config();
  const parts = createAwsParts(context, () => catalog.config().network.proxy);
  const { handler, sts, send, clock } = parts;
  // Tokens are told for how long they live, not until when: their ends are in this machine's own time, as those that the
  // AWS CLI writes beside them.
  const oidc = createSsoOidc(handler, env, context.clock);
  const portal = createSsoPortal(handler, clock);
  limitCredentialProcesses(PROCESS_LIMIT_MS);
  const secrets = openSecrets(config.secrets.store, { paths, env, clock, ...options });
  const keeper = createTokenKeeper({
    store: secrets,
    cliCache: cliCache(context.home),
    oidc,
    clock: context.clock,
    stateDir,
    shareCliCache: config.secrets.share_sso_cache,
    background: options.background,
  });
  const lists = createRoleLists({ portal, keeper, clock, stateDir });
  const source = createBaseSource({
    env,
    sts,
    handler,
    send,
    clock,
    profiles: catalog.profiles,
    sso: { portal, keeper },
    secrets,
  });
  const base: BaseSource = async (spec, region) => {
    const session = await source(spec, region);
    const key = signInKey(spec);
    if (key !== undefined) personAnswered(key, stateDir);
    return session;
  };
  return { ...parts, oidc, portal, secrets, keeper, lists, base };
}
