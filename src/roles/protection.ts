// Roles that a person has to agree to. Pure.
import { CliError, EXIT } from "../errors.ts";
import { type RoleSources, resolveRole } from "./resolve.ts";
import type { RoleSpec } from "./role-spec.ts";

export type Protection = {
  /** The table that says so; its name is what a person types. */
  role: string;
  revertAfterMs: number | undefined;
};

/** By its name, or because it ends at the ARN of a protected role: another spelling must not be a way around. */
export function protectionOf(spec: RoleSpec, sources: RoleSources): Protection | undefined {
  const arn = spec.steps.at(-1)?.roleArn;
  const tables = Object.entries(sources.config.roles).filter(([, table]) => table.protected === true);
  const found =
    tables.find(([name]) => name === spec.name) ??
    tables.find(([name]) => arn !== undefined && arnOf(name, sources) === arn);
  return found && { role: found[0], revertAfterMs: found[1].revert_after };
}

/** Throws for a protected role; the CLI asks and comes again. */
export function refuseProtected(protection: Protection | undefined): void {
  if (protection === undefined) return;
  const { role } = protection;
  throw new CliError(`"${role}" is protected: a person has to agree to it`, {
    hint: `metacred use ${role} --yes`,
    exit: EXIT.usage,
    confirm: role,
  });
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
