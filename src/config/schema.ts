// What config.toml may say. Only what this version does is here: a key that would be ignored is an error.
import * as v from "valibot";

const text = v.pipe(v.string(), v.minLength(1, "must not be empty"));
const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/, "must be an account id of 12 digits, in quotes"));

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a duration like `90s`, `25m`, `1h` or `1h30m`; undefined when it is none. */
export function parseDurationMs(value: string): number | undefined {
  if (!/^(\d+[smh])+$/.test(value)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+)([smh])/g)) {
    totalMs += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return totalMs;
}

function durationBetween(lowest: string, highest: string) {
  const inRange = (value: string) => {
    const ms = parseDurationMs(value);
    return ms !== undefined && ms >= (parseDurationMs(lowest) ?? 0) && ms <= (parseDurationMs(highest) ?? 0);
  };
  return v.pipe(
    v.string(),
    v.check(inRange, `must be a duration from ${lowest} to ${highest}, like "25m" or "1h"`),
    v.transform((value) => parseDurationMs(value) ?? 0),
  );
}

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
});

export const configSchema = v.strictObject({
  default_role: v.optional(text),
  base: v.optional(text),
  region: v.optional(text),
  accounts: v.optional(v.record(v.string(), accountId), {}),
  roles: v.optional(v.record(v.string(), role), {}),
  imds: v.optional(
    v.strictObject({
      enabled: v.optional(v.boolean(), true),
      port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)), 25_772),
      http_tokens: v.optional(v.picklist(["required", "optional"]), "required"),
      advertise: v.optional(v.union([v.literal("off"), durationBetween("10m", "12h")]), "16m"),
      server_header: v.optional(v.boolean(), false),
      instance_id: v.optional(text),
      instance_type: v.optional(text),
      ami_id: v.optional(text),
      availability_zone: v.optional(text),
      hostname: v.optional(text),
    }),
    {},
  ),
  refresh: v.optional(v.strictObject({ early: v.optional(durationBetween("1m", "2h"), "25m") }), {}),
  redirect: v.optional(
    v.strictObject({
      method: v.optional(v.picklist(["auto", "nft", "iptables", "none"]), "auto"),
      users: v.optional(v.pipe(v.array(text), v.minLength(1, "must name at least one user")), ["{user}"]),
    }),
    {},
  ),
  log: v.optional(
    v.strictObject({
      level: v.optional(v.picklist(["error", "warn", "info", "debug"]), "info"),
      format: v.optional(v.picklist(["text", "json"]), "text"),
    }),
    {},
  ),
});

export type Config = v.InferOutput<typeof configSchema>;
export type RoleConfig = Config["roles"][string];
