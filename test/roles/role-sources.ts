// What names are resolved against, with as little said as a test needs.
import * as v from "valibot";
import { configSchema } from "../../src/config/schema.ts";
import type { Profiles } from "../../src/roles/profiles.ts";
import { type RoleSources, resolveRole } from "../../src/roles/resolve.ts";
import type { RoleSpec } from "../../src/roles/role-spec.ts";

export const KEYS = { aws_access_key_id: "AKIA", aws_secret_access_key: "secret" };
export const ARN = "arn:aws:iam::111122223333:role/Dev";
const NO_ENVIRONMENT = { profile: undefined, region: undefined, hasKeys: false };

export type Scene = {
  config?: object;
  profiles?: Profiles;
  environment?: Partial<RoleSources["environment"]>;
  baseOption?: string;
};

export function sources({ config = {}, profiles = { corp: KEYS }, environment, baseOption }: Scene): RoleSources {
  return {
    config: v.parse(configSchema, config),
    profiles,
    environment: { ...NO_ENVIRONMENT, ...environment },
    baseOption,
    person: { user: "ann", host: "desk" },
    keyRevisions: { "ci-user": "1" },
  };
}

/** By the base `corp`, a profile with keys, where the scene says nothing else. */
export const resolve = (name: string, scene: Scene): RoleSpec =>
  resolveRole(name, sources({ baseOption: "corp", ...scene }));
export const baseOf = ({ base }: RoleSpec) => ("profile" in base ? `${base.kind} ${base.profile}` : base.kind);
export const arnsOf = ({ steps }: RoleSpec) => steps.map((step) => step.roleArn);
