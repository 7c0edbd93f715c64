// What config.toml may say. Only what this version does is here: a key that would be ignored is an error.
import * as v from "valibot";
import { durationBetween } from "./duration.ts";
import { imdsSchema } from "./imds-schema.ts";

const text = v.pipe(v.string(), v.minLength(1, "must not be empty"));
const accountId = v.pipe(v.string(), v.regex(/^\d{12}$/, "must be an account id of 12 digits, in quotes"));

// What it means is decided when it is used; that it means something can be told from its form.
const roleText = v.pipe(
  v.string(),
  v.regex(
    /^(arn:aws[a-z-]*:iam::\d{12}:role\/[\x21-\x7e]*[\w+=,.@-]|(?!arn:)[\x21-\x7e]+[/@][\x21-\x7e]*[\w+=,.@-])$/,
    'must be the ARN of a role, or a pair like "123456789012/ROLE" or "ROLE@ACCOUNT"',
  ),
);

const role = v.strictObject({
  role_arn: roleText,
  via: v.optional(v.array(text)),
  external_id: v.optional(text),
  session_name: v.optional(text),
  duration: v.optional(durationBetween("15m", "12h")),
  /** A file's name in the file; the text of that file once it is loaded. */
  policy: v.optional(text),
  policy_arns: v.optional(v.array(text)),
  tags: v.optional(v.record(v.string(), v.string())),
  transitive_tags: v.optional(v.array(text)),
  source_identity: v.optional(text),
  mfa_serial: v.optional(text),
  mfa_process: v.optional(text),
  region: v.optional(text),
  protected: v.optional(v.boolean()),
  revert_after: v.optional(durationBetween("1m", "12h")),
});

const isUrl = (value: string, schemes: readonly string[]) => {
  const url = URL.parse(value);
  return url !== null && schemes.includes(url.protocol) && url.hostname !== "";
};

// A header's value is written here, or where only this user can read it.
const headerValue = v.union(
  [text, v.strictObject({ env: text }), v.strictObject({ file: text }), v.strictObject({ keychain: text })],
  'must be a text, { env = "NAME" }, { file = "NAME" } or { keychain = "NAME" }',
);

const broker = v.strictObject({
  url: v.pipe(
    v.string(),
    v.check((value) => isUrl(value, ["http:", "https:"]), "must be a URL, like https://broker.example.com"),
    v.check((value) => !URL.parse(value)?.password, "must hold no password: write it to headers"),
    v.check(isPrivate, "must be https: credentials would cross the network in the clear"),
  ),
  headers: v.optional(
    v.record(v.pipe(v.string(), v.regex(/^[\w!#$%&'*+.^`|~-]+$/, "is no name of a header")), headerValue),
  ),
  ca_file: v.optional(text),
  client_cert: v.optional(text),
  client_key: v.optional(text),
});

/** Keys that are kept in the keychain. */
const keychain = v.strictObject({ keychain: text });

// Which of the two is meant decides what is wrong with it; `entries` is what a misspelt key is compared with,
// `options` what the JSON Schema says.
const source = Object.assign(
  v.lazy((input) => (typeof input === "object" && input !== null && "keychain" in input ? keychain : broker)),
  { entries: { ...keychain.entries, ...broker.entries }, options: [keychain, broker] },
);

// Plain HTTP goes no further than this machine or a private network's own addresses (RFC 1918, RFC 3927).
function isPrivate(value: string): boolean {
  const url = URL.parse(value);
  if (url?.protocol !== "http:") return true;
  const local = /^(localhost|\[::1\]|127\..*|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|169\.254\..*|\[fd.*\])$/;
  return local.test(url.hostname);
}

export const configSchema = v.strictObject({
  default_role: v.optional(text),
  base: v.optional(text),
  region: v.optional(text),
  accounts: v.optional(v.record(v.string(), accountId), {}),
  // `metacred use none` and `use -` mean something else.
  roles: v.optional(v.record(v.pipe(v.string(), v.regex(/^(?!(?:none|-)$)/, "is no name of a role")), role), {}),
  sources: v.optional(v.record(v.pipe(v.string(), v.regex(/^[\w-]+$/, "is no name of a source")), source), {}),
  imds: v.optional(imdsSchema, {}),
  exec: v.optional(v.strictObject({ endpoint: v.optional(v.picklist(["loopback", "ecs", "eks"]), "loopback") }), {}),
  refresh: v.optional(v.strictObject({ early: v.optional(durationBetween("1m", "2h"), "25m") }), {}),
  redirect: v.optional(
    v.strictObject({
      method: v.optional(v.picklist(["auto", "nft", "iptables", "pf", "none"]), "auto"),
      users: v.optional(v.pipe(v.array(text), v.minLength(1, "must name at least one user")), ["{user}"]),
    }),
    {},
  ),
  containers: v.optional(
    v.strictObject({ enabled: v.optional(v.boolean(), false), default_role: v.optional(v.string(), "") }),
    {},
  ),
  network: v.optional(
    v.strictObject({
      proxy: v.optional(
        v.pipe(
          v.string(),
          v.check(
            (value) => value === "" || isUrl(value, ["http:", "https:"]),
            "must be the URL of an HTTP proxy, like http://proxy.example.com:3128",
          ),
        ),
        "",
      ),
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

export type BrokerConfig = v.InferOutput<typeof broker>;
export type SourceConfig = Config["sources"][string];
export type Config = v.InferOutput<typeof configSchema>;
export type RoleConfig = Config["roles"][string];
