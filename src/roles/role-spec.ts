// What a role name means: base credentials, then the roles assumed from them, one after the other.
import { createHash } from "node:crypto";
import type { AssumeStep } from "../aws/assume-step.ts";
import type { SsoBase } from "../aws/explain.ts";
import type { BrokerConfig } from "../config/schema.ts";

/** Where base credentials come from. `profile` is read afresh by the AWS SDK at each fetch. */
export type BaseSpec =
  | {
      kind: "profile";
      profile: string;
      /** Changes with the profile's text. */ identity: string;
      sso?: SsoBase;
      /** Signed in by `aws login`. */ login?: boolean;
    }
  | ({ kind: "broker" } & BrokerRole)
  | { kind: "environment" }
  | { kind: "container"; profile: string };

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

export function describeBase(base: BaseSpec): string {
  switch (base.kind) {
    case "profile":
      return `profile ${base.profile}`;
    case "broker":
      return `broker ${brokerRoleName(base)}`;
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
