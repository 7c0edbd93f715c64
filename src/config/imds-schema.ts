// [imds] of config.toml: how the metadata service answers, what instance it pretends, what happens to that.
import * as v from "valibot";
import { durationBetween } from "./duration.ts";

const text = v.pipe(v.string(), v.minLength(1, "must not be empty"));
/** What a leaf or a path segment of the metadata can hold: one line of printable characters. */
const line = v.pipe(v.string(), v.regex(/^[^\p{Cc}]+$/u, "must be one line of text"));
const name = v.pipe(line, v.regex(/^[^/=%\s]+$/, "must not hold a blank, / = or %"));
const ipv4 = v.pipe(v.string(), v.ipv4("must be an IPv4 address"));
const id = (prefix: string) =>
  v.pipe(v.string(), v.regex(new RegExp(`^${prefix}-[0-9a-z]+$`), `must look like "${prefix}-0123456789abcdef0"`));

// EC2 allows these in a tag's key once tags are in the metadata (EC2 User Guide, "Work with instance tags").
const tagKey = v.pipe(
  v.string(),
  v.check(
    (key) => /^[\w+\-=.,:@]+$/.test(key) && ![".", "..", "_index"].includes(key),
    "has a key with other signs than a-z A-Z 0-9 + - = . , _ : @",
  ),
);

const DATE_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** `2030-01-01T00:00:00Z`, in quotes or, as TOML has such values, without. */
const instant = v.pipe(
  v.unknown(),
  v.check((value) => instantOf(value) !== undefined, 'must be an instant with its zone, like "2030-01-01T00:00:00Z"'),
  v.transform((value) => instantOf(value) ?? new Date(0)),
);
const after = v.optional(durationBetween("0s", "168h"), "0s");

export const imdsSchema = v.strictObject({
  enabled: v.optional(v.boolean(), true),
  port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)), 25_772),
  http_tokens: v.optional(v.picklist(["required", "optional"]), "required"),
  advertise: v.optional(
    v.union([v.literal("off"), durationBetween("10m", "12h")], 'must be "off" or a duration like "16m"'),
    "16m",
  ),
  ipv6: v.optional(v.boolean(), false),
  server_header: v.optional(v.boolean(), false),
  hop_limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(64)), 0),
  instance_id: v.optional(line),
  instance_type: v.optional(line),
  ami_id: v.optional(line),
  availability_zone: v.optional(line),
  hostname: v.optional(line),
  architecture: v.optional(v.picklist(["x86_64", "arm64", "i386"])),
  local_ipv4: v.optional(ipv4),
  public_ipv4: v.optional(ipv4),
  public_hostname: v.optional(line),
  mac: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/, 'must look like "02:00:00:00:00:01"'))),
  vpc_id: v.optional(id("vpc")),
  subnet_id: v.optional(id("subnet")),
  security_groups: v.optional(v.pipe(v.array(line), v.minLength(1, "must name at least one group"))),
  block_device_mapping: v.optional(v.record(name, line)),
  public_keys: v.optional(v.record(name, line)),
  product_codes: v.optional(v.pipe(v.array(name), v.minLength(1, "must hold at least one code"))),
  tags: v.optional(v.record(tagKey, v.string())),
  user_data: v.optional(text),
  metadata: v.optional(v.record(line, v.string())),
  spot: v.optional(
    v.strictObject({
      action: v.optional(v.picklist(["terminate", "stop", "hibernate"]), "terminate"),
      after,
      time: v.optional(instant),
    }),
  ),
  events: v.optional(
    v.strictObject({
      rebalance: v.optional(v.strictObject({ after, time: v.optional(instant) })),
      maintenance: v.optional(
        v.strictObject({
          code: v.optional(
            v.picklist([
              "instance-reboot",
              "system-reboot",
              "system-maintenance",
              "instance-retirement",
              "instance-stop",
            ]),
            "system-reboot",
          ),
          state: v.optional(v.picklist(["active", "completed", "canceled"]), "active"),
          after,
          not_before: v.optional(instant),
          not_after: v.optional(instant),
          not_before_deadline: v.optional(instant),
        }),
      ),
    }),
  ),
  autoscaling: v.optional(
    v.strictObject({
      target_lifecycle_state: v.optional(
        v.picklist([
          "InService",
          "Detached",
          "Standby",
          "Terminated",
          "Warmed:Hibernated",
          "Warmed:Running",
          "Warmed:Stopped",
          "Warmed:Terminated",
        ]),
        "InService",
      ),
      after,
    }),
  ),
});

export type ImdsConfig = v.InferOutput<typeof imdsSchema>;

// --- internal ---

// A date-time without a zone would mean another instant on each machine. smol-toml's dates know whether they have one.
function instantOf(value: unknown): Date | undefined {
  if (value instanceof Date) {
    const isLocal = "isLocal" in value && typeof value.isLocal === "function" && value.isLocal() === true;
    const isWhole = !("isDateTime" in value && typeof value.isDateTime === "function" && value.isDateTime() === false);
    return isLocal || !isWhole ? undefined : new Date(value.getTime());
  }
  if (typeof value !== "string" || !DATE_TIME.test(value)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
