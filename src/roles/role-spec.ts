// What a role name means: base credentials, then the roles assumed from them, one after the other.
import { createHash } from "node:crypto";
import type { AssumeStep } from "../aws/assume-step.ts";
import { type SsoSession, ssoKey } from "../aws/sso-session.ts";
import type { BrokerConfig } from "../config/schema.ts";

/** Where base credentials come from. `profile` is what the AWS files say of it at each fetch. */
export type BaseSpec =
  | {
      kind: "profile";
      profile: string;
      /** Changes with the profile's text. */ identity: string;
      /** Signed in by `aws login`. */ login?: boolean;
    }
  | SsoBase
  | { kind: "keychain"; item: string; /** Changes when the keys are replaced. */ revision: string }
  | ({ kind: "broker" } & BrokerRole)
  | { kind: "environment" }
  | { kind: "container"; profile: string };

/** A role that IAM Identity Center hands out; without account and role, the sign-in alone. */
export type SsoBase = {
  kind: "sso";
  session: SsoSession;
  /** What `metacred login` is to be told. */
  word: string;
  accountId: string | undefined;
  roleName: string | undefined;
};

/** A second factor of the base keys' user. `process` is a command that prints a code. */
export type MfaDevice = { serial: string; process?: string };

/** What a broker is asked for. Without `role`: the only one that it has. With `account`: by that account's name. */
export type BrokerRole = { source: string; settings: BrokerConfig; account?: string; role?: string };

export type RoleSpec = {
  /** The name the user gave. */
  name: string;
  base: BaseSpec;
  /** Empty: the base credentials themselves are the role. */
  steps: readonly AssumeStep[];
  region: string | undefined;
  mfa?: MfaDevice;
};

/**
 * Sessions are shared by key alone, so it covers everything that makes two sessions differ: the base and every
 * parameter of every step. The name does not count: two names for one role share its session.
 */
export function sessionKey(spec: RoleSpec): string {
  const identity = { base: spec.base, steps: spec.steps, region: spec.region, mfa: spec.mfa?.serial };
  return createHash("sha256").update(canonicalJson(identity)).digest("base64url");
}

/** As `use` takes it: SOURCE, SOURCE/ROLE or SOURCE/ACCOUNT/ROLE. */
export function brokerRoleName({ source, account, role }: Pick<BrokerRole, "source" | "account" | "role">): string {
  return [source, account, role].filter((part) => part !== undefined).join("/");
}

export function isAwsLogin(base: BaseSpec): boolean {
  return base.kind === "profile" && base.login === true;
}

/** Names the sign-in by a person that a base rests on, in file names; undefined where nobody signs in. */
export function signInKey(base: BaseSpec): string | undefined {
  if (base.kind === "sso") return ssoKey(base.session);
  if (base.kind !== "profile" || !isAwsLogin(base)) return undefined;
  return createHash("sha256").update(`aws login ${base.profile}`).digest("hex").slice(0, 24);
}

export function describeBase(base: BaseSpec): string {
  switch (base.kind) {
    case "profile":
      return `profile ${base.profile}`;
    case "broker":
      return `broker ${brokerRoleName(base)}`;
    case "sso":
      return `SSO session ${base.word}, ${base.accountId ?? "no account"}/${base.roleName ?? "no role"}`;
    case "keychain":
      return `keys ${base.item} in the keychain`;
    case "environment":
      return "environment";
    case "container":
      return `container credentials of profile ${base.profile}`;
  }
}

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
