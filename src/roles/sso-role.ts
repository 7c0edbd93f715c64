// `account/RoleName` where the base is a sign-in to SSO: a role of its own, if the sign-in offers that pair. Pure.
import { type RoleSources, accountReadings, baseChain, own } from "./resolve.ts";
import type { RoleSpec, SsoBase } from "./role-spec.ts";

/** A sign-in, and the region that its profile names. */
type SignInBase = { base: SsoBase; region: string | undefined };
export type SsoCandidate = SignInBase & { accountId: string; roleName: string };

/** The sign-in that roles come from by default; undefined where the base is something else, or a role on top of it. */
export function ssoOfBase(sources: RoleSources): SignInBase | undefined {
  const { base, steps, region } = baseChain(sources);
  return base.kind === "sso" && steps.length === 0 ? { base, region } : undefined;
}

/** The pairs that a name can mean; none where an earlier rule of the look-up takes it. */
export function ssoCandidates(name: string, sources: RoleSources): SsoCandidate[] {
  if (own(sources.config.roles, name) !== undefined || own(sources.profiles, name) !== undefined) return [];
  if (name.startsWith("arn:")) return [];
  const readings = accountReadings(name, sources.config).filter(({ role }) => SSO_ROLE_NAME.test(role));
  const sso = readings.length === 0 ? undefined : ssoOfBase(sources);
  if (sso === undefined) return [];
  return readings.map(({ accountId, role }) => ({ ...sso, accountId, roleName: role }));
}

export function ssoRole(name: string, candidate: SsoCandidate, { environment, config }: RoleSources): RoleSpec {
  const { base, accountId, roleName } = candidate;
  const region = candidate.region ?? environment.region ?? config.region;
  return { name, base: { ...base, accountId, roleName }, steps: [], region };
}

// Names of permission sets (CreatePermissionSet, Name).
const SSO_ROLE_NAME = /^[\w+=,.@-]{1,64}$/;
