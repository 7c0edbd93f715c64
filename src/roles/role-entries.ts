// What a person chooses a role from: each name with the account and the ARN behind it. Pure.
import { CliError } from "../errors.ts";
import { accountOfArn } from "./arn.ts";
import { protectionOf } from "./protection.ts";
import { type RoleSources, resolveRole, roleNames } from "./resolve.ts";

export type RoleEntry = {
  name: string;
  /** Its name of `[accounts]`, else the id; empty where only AWS knows. */
  account: string;
  arn: string;
  protected: boolean;
};

export function roleEntries(sources: RoleSources): RoleEntry[] {
  const accountNames = new Map(Object.entries(sources.config.accounts).map(([name, id]) => [id, name]));
  const anyProtected = Object.values(sources.config.roles).some((table) => table.protected === true);
  return roleNames(sources).map((name) => {
    try {
      const spec = resolveRole(name, sources);
      const arn = spec.steps.at(-1)?.roleArn ?? "";
      const id = accountOfArn(arn)?.accountId ?? sources.profiles[name]?.["sso_account_id"] ?? "";
      const isProtected = anyProtected && protectionOf(spec, sources) !== undefined;
      return { name, account: accountNames.get(id) ?? id, arn, protected: isProtected };
    } catch (error) {
      // A profile that cannot be used now is still a name; `use` says what is wrong with it.
      if (error instanceof CliError) return { name, account: "", arn: "", protected: false };
      throw error;
    }
  });
}
