// What a person chooses a role from: each name with the account and the ARN behind it. Pure.
import { CliError } from "../errors.ts";
import { accountOfArn } from "./arn.ts";
import { protections } from "./protection.ts";
import type { Config } from "../config/schema.ts";
import { type RoleSources, resolveRole, roleNames } from "./resolve.ts";
import { ssoOfBase, ssoRole } from "./sso-role.ts";

export type RoleEntry = {
  name: string;
  /** Its name of `[accounts]`, else the id; empty where only AWS knows. */
  account: string;
  arn: string;
  protected: boolean;
};

export function roleEntries(sources: RoleSources): RoleEntry[] {
  const accountNames = new Map(Object.entries(sources.config.accounts).map(([name, id]) => [id, name]));
  const protectionOf = protections(sources);
  return roleNames(sources).map((name) => {
    try {
      const spec = resolveRole(name, sources);
      const arn = spec.steps.at(-1)?.roleArn ?? "";
      const id = accountOfArn(arn)?.accountId ?? sources.profiles[name]?.["sso_account_id"] ?? "";
      const isProtected = protectionOf(spec) !== undefined;
      return { name, account: accountNames.get(id) ?? id, arn, protected: isProtected };
    } catch (error) {
      // A profile that cannot be used now is still a name; `use` says what is wrong with it.
      if (error instanceof CliError) return { name, account: "", arn: "", protected: false };
      throw error;
    }
  });
}

export type SsoPair = { accountId: string; roleName: string };

/** How an account and role that a sign-in offers are written. */
export function pairNames({ accounts }: Config): (pair: SsoPair) => string {
  const nameOf = new Map(Object.entries(accounts).map(([name, id]) => [id, name]));
  return ({ accountId, roleName }) => `${nameOf.get(accountId) ?? accountId}/${roleName}`;
}

/** The same for what the sign-in of the base offers. */
export function ssoEntries(pairs: readonly SsoPair[], sources: RoleSources): RoleEntry[] {
  const signIn = pairs.length === 0 ? undefined : ssoOfBase(sources);
  if (signIn === undefined) return [];
  const nameOf = pairNames(sources.config);
  const protectionOf = protections(sources);
  return pairs.map((pair) => {
    const name = nameOf(pair);
    const isProtected = protectionOf(ssoRole(name, { ...signIn, ...pair }, sources)) !== undefined;
    return { name, account: name.slice(0, name.indexOf("/")), arn: "", protected: isProtected };
  });
}
