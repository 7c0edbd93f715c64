// Names to RoleSpecs against the files as they are now. A broken config keeps the one read before.
import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { type Protection, protectionOf } from "../roles/protection.ts";
import { type RoleEntry, roleEntries } from "../roles/role-entries.ts";
import { type RoleSources, resolveBase, resolveRole, roleNames } from "../roles/resolve.ts";
import type { RoleSpec } from "../roles/role-spec.ts";
import { loadProfiles } from "../sources/profile-files.ts";

export type RoleCatalog = {
  config(): Config;
  /** Reads config.toml again; the warning says why the old one stays. */
  reload(): string | undefined;
  resolve(name: string): Promise<RoleSpec>;
  /** What to serve when no role is named: `default_role`, else the base profile as it is. */
  resolveDefault(): Promise<RoleSpec>;
  names(): Promise<string[]>;
  /** Whether a person must agree to this role, by whatever name it was asked for. */
  protection(spec: RoleSpec): Promise<Protection | undefined>;
  /** What a person chooses from. */
  entries(): Promise<RoleEntry[]>;
};

type CatalogContext = Pick<Context, "env" | "paths" | "uid" | "user" | "host">;

export function createRoleCatalog(context: CatalogContext, baseOption: string | undefined): RoleCatalog {
  const { env, paths, uid, user, host } = context;
  let config = loadConfig(paths, uid);
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
  });
  return {
    config: () => config,
    reload() {
      try {
        config = loadConfig(paths, uid);
        return undefined;
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        return `kept the old configuration: ${error.message}`;
      }
    },
    resolve: async (name) => resolveRole(name, await sources()),
    async resolveDefault() {
      const all = await sources();
      return config.default_role === undefined ? resolveBase(all) : resolveRole(config.default_role, all);
    },
    names: async () => roleNames(await sources()),
    protection: async (spec) => protectionOf(spec, await sources()),
    entries: async () => roleEntries(await sources()),
  };
}
