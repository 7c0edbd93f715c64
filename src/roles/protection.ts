// Roles that a person has to agree to. Pure.
import { CliError, EXIT } from "../errors.ts";
import { parseRoleArn } from "./arn.ts";
import { type RoleSources, resolveRole } from "./resolve.ts";
import type { RoleSpec } from "./role-spec.ts";
import { shellWord } from "../shell-text.ts";

export type Protection = {
  /** The table that says so; its name is what a person types. */
  role: string;
  revertAfterMs: number | undefined;
};

/** By its name, or because it ends at the role of a protected one: another spelling must not be a way around. */
export function protectionOf(spec: RoleSpec, sources: RoleSources): Protection | undefined {
  return protections(sources)(spec);
}

/** `protectionOf` for many roles: what is protected is resolved once. */
export function protections(sources: RoleSources): (spec: RoleSpec) => Protection | undefined {
  const tables = Object.entries(sources.config.roles)
    .filter(([, table]) => table.protected === true)
    .map(([role, table]) => ({ arn: arnOf(role, sources), protection: { role, revertAfterMs: table.revert_after } }));
  return (spec) =>
    (tables.find(({ protection }) => protection.role === spec.name) ?? tables.find(({ arn }) => endsAt(spec, arn)))
      ?.protection;
}

/** Throws for a protected role; the CLI asks and comes again. */
export function refuseProtected(protection: Protection | undefined): void {
  if (protection === undefined) return;
  const { role } = protection;
  throw new CliError(`"${role}" is protected: a person has to agree to it`, {
    hint: `metacred use ${shellWord(role)} --yes`,
    exit: EXIT.usage,
    confirm: role,
  });
}

/** When an agreement that is given now ends; undefined where it does not by itself. */
export function endOfAgreement(protection: Protection | undefined, now: Date): Date | undefined {
  const ms = protection?.revertAfterMs;
  return ms === undefined ? undefined : new Date(now.getTime() + ms);
}

// A role that SSO hands out has no step: its account and its permission set's name say what it is. IAM knows that one as
// AWSReservedSSO_NAME_ID, and a table may name either.
function endsAt({ base, steps }: RoleSpec, arn: string | undefined): boolean {
  const last = steps.at(-1)?.roleArn;
  if (last !== undefined) return last === arn;
  const role = arn === undefined || base.kind !== "sso" ? undefined : parseRoleArn(arn);
  if (role === undefined || base.kind !== "sso" || base.roleName === undefined) return false;
  const isSet = role.roleName === base.roleName || permissionSetOf(role.roleName) === base.roleName;
  return role.accountId === base.accountId && isSet;
}

function permissionSetOf(roleName: string): string | undefined {
  return /^AWSReservedSSO_(.+)_[0-9a-f]{16}$/.exec(roleName)?.[1];
}

// A table that does not resolve protects nothing: it cannot be used either.
function arnOf(name: string, sources: RoleSources): string | undefined {
  try {
    return resolveRole(name, sources).steps.at(-1)?.roleArn;
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}
