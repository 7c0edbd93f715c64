// What config.toml may say. Only what this version does is here: a key that would be ignored is an error.
import * as v from "valibot";
import { durationBetween } from "./duration.ts";
import { imdsSchema } from "./imds-schema.ts";

const text = v.pipe(v.string(), v.minLength(1, "must not be empty"));
const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/, "must be an account id of 12 digits, in quotes"));

const role = v.strictObject({
  role_arn: text,
  via: v.optional(v.array(text)),
  external_id: v.optional(text),
  session_name: v.optional(text),
  duration: v.optional(durationBetween("15m", "12h")),
  policy_arns: v.optional(v.array(text)),
  tags: v.optional(v.record(v.string(), v.string())),
  transitive_tags: v.optional(v.array(text)),
  source_identity: v.optional(text),
  region: v.optional(text),
  protected: v.optional(v.boolean()),
  revert_after: v.optional(durationBetween("1m", "12h")),
});

export const configSchema = v.strictObject({
  default_role: v.optional(text),
  base: v.optional(text),
  region: v.optional(text),
  accounts: v.optional(v.record(v.string(), accountId), {}),
  roles: v.optional(v.record(v.string(), role), {}),
  sources: v.optional(v.record(v.string(), v.strictObject({ keychain: text })), {}),
  imds: v.optional(imdsSchema, {}),
  refresh: v.optional(v.strictObject({ early: v.optional(durationBetween("1m", "2h"), "25m") }), {}),
  redirect: v.optional(
    v.strictObject({
      method: v.optional(v.picklist(["auto", "nft", "iptables", "none"]), "auto"),
      users: v.optional(v.pipe(v.array(text), v.minLength(1, "must name at least one user")), ["{user}"]),
    }),
    {},
  ),
  secrets: v.optional(
    v.strictObject({
      store: v.optional(v.picklist(["keychain", "file", "memory"]), "keychain"),
      cache_sessions: v.optional(v.boolean(), true),
      share_sso_cache: v.optional(v.boolean(), false),
    }),
    {},
  ),
  notify: v.optional(v.strictObject({ desktop: v.optional(v.boolean(), true) }), {}),
  log: v.optional(
    v.strictObject({
      level: v.optional(v.picklist(["error", "warn", "info", "debug"]), "info"),
      format: v.optional(v.picklist(["text", "json"]), "text"),
      to: v.optional(v.picklist(["file", "stderr", "syslog"])),
    }),
    {},
  ),
});

export type Config = v.InferOutput<typeof configSchema>;
export type RoleConfig = Config["roles"][string];
