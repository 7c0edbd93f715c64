// Names to RoleSpecs against the files as they are now. A broken config keeps the one read before.
import { createConfigLoader } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { type Protection, protectionOf } from "../roles/protection.ts";
import { type RoleEntry, pairNames, roleEntries, ssoEntries } from "../roles/role-entries.ts";
import type { Profiles } from "../roles/profiles.ts";
import { brokerBase } from "../roles/broker-name.ts";
import { type RoleSources, resolveBase, resolveRole, roleNames } from "../roles/resolve.ts";
import { type RoleSpec, describeBase } from "../roles/role-spec.ts";
import { type SsoCandidate, ssoCandidates, ssoOfBase, ssoRole } from "../roles/sso-role.ts";
import { type SignIn, chooseSignIn } from "../roles/sign-in-choice.ts";
import { readKeyIndex } from "../secrets/user-keys.ts";
import { loadSsoSessions } from "../sources/profile-files.ts";
import { rememberProfiles } from "../sources/profile-memory.ts";
import type { RoleLists } from "../sso/role-lists.ts";
import { keepPrivateFile } from "../sys/atomic-file.ts";
import { readIfThere } from "../sys/read-file.ts";

export type RoleCatalog = {
  config(): Config;
  /** Of the AWS files as they are now. */
  profiles(): Promise<Profiles>;
  /** Reads config.toml again; the warning says why the old one stays. */
  reload(): string | undefined;
  resolve(name: string, how?: Resolving): Promise<RoleSpec>;
  /** What to serve when no role is named: `default_role`, else the base profile as it is. */
  resolveDefault(how?: Resolving): Promise<RoleSpec>;
  /** Which sign-in is meant by the name of an sso-session or a profile, or by none. */
  signIn(name: string | undefined): Promise<SignIn>;
  /** The names of the files, then the pairs of the sign-in; the note says why some of these may be missing. */
  names(refresh: boolean): Promise<{ names: string[]; pairs: string[]; note: string | undefined }>;
  /** Whether a person must agree to this role, by whatever name it was asked for. */
  protection(spec: RoleSpec): Promise<Protection | undefined>;
  /** What a person chooses from. */
  entries(): Promise<RoleEntry[]>;
};

/** `unasked`: a pair that SSO cannot be asked about now is taken for one of its own; should it be none, SSO says so later. */
export type Resolving = { unasked: boolean };

type CatalogContext = Pick<Context, "env" | "paths" | "uid" | "user" | "host" | "clock">;

export function createRoleCatalog(
  context: CatalogContext,
  baseOption: string | undefined,
  lists: () => RoleLists,
  /** Hears why a sign-in could not be asked what it offers. */
  onRefused: (base: SsoCandidate["base"], error: CliError) => void = () => {},
): RoleCatalog {
  const { env, paths, uid, user, host, clock } = context;
  const loadProfiles = rememberProfiles(env, clock);
  const loadConfig = createConfigLoader(paths, uid);
  let config = loadConfig();
  const sources = async (): Promise<RoleSources> => ({
    config,
    profiles: await loadProfiles(),
    environment: {
      profile: env["AWS_PROFILE"] || undefined,
      region: env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || undefined,
      hasKeys: Boolean(env["AWS_ACCESS_KEY_ID"] && env["AWS_SECRET_ACCESS_KEY"]),
    },
    baseOption,
    person: { user, host },
    keyRevisions: Object.fromEntries(
      Object.entries(readKeyIndex(paths.stateDir)).flatMap(([name, { accessKeyId, revision }]) =>
        accessKeyId === null ? [] : [[name, revision]],
      ),
    ),
  });
  const isOffered = async ({ base, accountId, roleName }: SsoCandidate, unasked: boolean): Promise<boolean> => {
    try {
      return await lists().offers(base.session, base.word, { accountId, roleName });
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      onRefused(base, error);
      if (unasked) return true;
      throw error;
    }
  };
  const resolve = async (name: string, { unasked }: Resolving = { unasked: false }): Promise<RoleSpec> => {
    const all = await sources();
    const offered: SsoCandidate[] = [];
    for (const candidate of ssoCandidates(name, all)) {
      if (await isOffered(candidate, unasked)) offered.push(candidate);
    }
    const [only, ...more] = offered;
    if (only === undefined) return resolveRole(name, all);
    const broker = brokerBase(name, config.sources);
    if (more.length === 0 && broker === undefined) return ssoRole(name, only, all);
    const ofBroker = broker === undefined ? [] : [describeBase(broker)];
    const meanings = [...offered.map(({ accountId, roleName }) => `${accountId}/${roleName}`), ...ofBroker];
    throw new CliError(`the role "${name}" can mean ${meanings.join(" or ")}`, {
      hint: `metacred use ${meanings[0]}`,
      exit: EXIT.usage,
    });
  };
  return {
    config: () => config,
    profiles: loadProfiles,
    reload() {
      try {
        config = loadConfig();
        return undefined;
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        return `kept the old configuration: ${error.message}`;
      }
    },
    resolve,
    async resolveDefault(how) {
      return config.default_role === undefined ? resolveBase(await sources()) : resolve(config.default_role, how);
    },
    signIn: async (name) => chooseSignIn(name, await sources(), await loadSsoSessions(env)),
    async names(refresh) {
      const all = await sources();
      const { pairs, note } = await ssoPairs(all, lists, refresh);
      const ssoNames = pairs.map(pairNames(config));
      const lines = ssoNames.map((name) => `${name}\n`).join("");
      if (lines !== (readIfThere(paths.pairNamesFile) ?? "")) keepPrivateFile(paths.pairNamesFile, lines);
      return { names: roleNames(all), pairs: ssoNames.toSorted(), note };
    },
    protection: async (spec) => protectionOf(spec, await sources()),
    async entries() {
      const all = await sources();
      const { pairs } = await ssoPairs(all, lists, false);
      const entries = roleEntries(all);
      const known = new Set(entries.map(({ name }) => name));
      // A table by the name of a pair stands before it, as where a name is looked up.
      return [...entries, ...ssoEntries(pairs, all).filter(({ name }) => !known.has(name))];
    },
  };
}

// A list that needs a person is no reason to show nothing: what was offered the last time still says what there is.
async function ssoPairs(sources: RoleSources, lists: () => RoleLists, refresh: boolean) {
  const sso = baseOrNothing(sources);
  if (sso === undefined) return { pairs: [], note: undefined };
  const { session, word } = sso.base;
  try {
    return { pairs: await lists().all(session, word, refresh), note: undefined };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const hint = error.hint === undefined ? "" : `; try: ${error.hint}`;
    return {
      pairs: lists().kept(session),
      note: `accounts and roles of "${word}" are not up to date: ${error.message}${hint}`,
    };
  }
}

function baseOrNothing(sources: RoleSources): ReturnType<typeof ssoOfBase> {
  try {
    return ssoOfBase(sources);
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
