// A first config.toml from the AWS profiles that are there already. Pure: profiles in, commented text out.
import { parseRoleArn } from "./arn.ts";
import type { Profile, Profiles } from "./profiles.ts";

export type Proposal = {
  text: string;
  base: string | undefined;
  defaultRole: string | undefined;
  roles: readonly string[];
};

type Role = { name: string; profile: Profile; roleArn: string };

// A config of thousands of profiles is not to be written out: every profile can be used by its own name.
const MOST_ROLES = 30;
const PRECIOUS = /prod|prd|live|admin|root|master|billing|security/i;

/** `preferred`: AWS_PROFILE. */
export function proposeConfig(profiles: Profiles, preferred: string | undefined): Proposal {
  const base = baseOf(profiles, preferred);
  const all = rolesOf(profiles, base);
  const roles = all.slice(0, MOST_ROLES);
  const defaultRole = (roles.find(({ name }) => !PRECIOUS.test(name)) ?? roles[0])?.name;
  const region = base === undefined ? undefined : profiles[base]?.["region"];
  const lines = [
    "#:schema ./config.schema.json",
    "# metacred; what can be said here: metacred's README, and the schema beside this file for editors.",
    "# Every AWS profile can be used by its name without a line here.",
    "",
    "# What `metacred serve` starts with, and the AWS profile that roles are assumed from.",
    setting("default_role", defaultRole, "dev"),
    setting("base", base, "my-profile"),
    setting("region", region, "eu-central-1"),
    "",
    "# Names for accounts: metacred use ACCOUNT/ROLE",
    "[accounts]",
    ...accountsOf(profiles).map(([name, id]) => `${key(name)} = ${value(id)}`),
    "",
    ...roles.flatMap(roleLines),
    ...(all.length > roles.length
      ? [`# ${all.length - roles.length} more profiles are there by their names.`, ""]
      : []),
    ...MORE,
  ];
  return { text: `${lines.join("\n")}\n`, base, defaultRole, roles: roles.map(({ name }) => name) };
}

const MORE = [
  "# [roles.example]",
  '# role_arn = "arn:aws:iam::111122223333:role/Example"',
  "# protected = true               # its name has to be typed before it is used",
  '# revert_after = "30m"           # then back to the role before',
  "",
  "# [imds]",
  "# port = 25772",
  '# advertise = "16m"              # the longest life that clients are told',
  "# [notify]",
  "# desktop = true",
  "# [log]",
  '# level = "info"',
];

function roleLines({ name, profile, roleArn }: Role): string[] {
  const options: [string, string | undefined][] = [
    ["external_id", profile["external_id"]],
    ["session_name", profile["role_session_name"]],
    ["region", profile["region"]],
  ];
  return [
    `[roles.${key(name)}]`,
    `role_arn = ${value(roleArn)}`,
    ...options.flatMap(([option, text]) => (text === undefined ? [] : [`${option} = ${value(text)}`])),
    ...(PRECIOUS.test(name) ? ["# protected = true", '# revert_after = "30m"'] : []),
    "",
  ];
}

function setting(name: string, text: string | undefined, example: string): string {
  return text === undefined ? `# ${name} = ${value(example)}` : `${name} = ${value(text)}`;
}

// What the environment names, else what most roles come from, else what a person signs in with.
function baseOf(profiles: Profiles, preferred: string | undefined): string | undefined {
  if (preferred !== undefined && profiles[preferred] !== undefined) return preferred;
  const counts = new Map<string, number>();
  for (const { source_profile: source } of Object.values(profiles)) {
    if (source !== undefined && profiles[source] !== undefined) counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted((a, b) => b[1] - a[1])[0] ?? [];
  if (most !== undefined) return most;
  const own = Object.entries(profiles).filter(([, profile]) => isSource(profile));
  return own.find(([name]) => name === "default")?.[0] ?? own[0]?.[0];
}

function isSource(profile: Profile): boolean {
  const words = ["aws_access_key_id", "sso_session", "sso_start_url", "credential_process", "login_session"];
  return words.some((word) => profile[word] !== undefined);
}

// Those that the base may assume without a code; the others keep what only their profile says.
function rolesOf(profiles: Profiles, base: string | undefined): Role[] {
  return Object.entries(profiles).flatMap(([name, profile]) => {
    const { role_arn: roleArn, source_profile: source, mfa_serial: mfa, duration_seconds: duration } = profile;
    const fits = roleArn !== undefined && parseRoleArn(roleArn) !== undefined && source === base && base !== undefined;
    return fits && name !== base && name !== "none" && mfa === undefined && duration === undefined
      ? [{ name, profile, roleArn }]
      : [];
  });
}

function accountsOf(profiles: Profiles): [name: string, id: string][] {
  const namesById = new Map<string, string[]>();
  for (const [name, profile] of Object.entries(profiles)) {
    const id = parseRoleArn(profile["role_arn"] ?? "")?.accountId ?? profile["sso_account_id"];
    if (id !== undefined && /^\d{12}$/.test(id)) namesById.set(id, [...(namesById.get(id) ?? []), name]);
  }
  const accounts = new Map<string, string>();
  for (const [id, names] of namesById) {
    const name = commonName(names);
    if (name !== "" && !accounts.has(name) && accounts.size < MOST_ROLES) accounts.set(name, id);
  }
  return [...accounts];
}

// `prod-admin` and `prod-readonly` are of the account `prod`; a single `prod-admin` is, too.
function commonName(names: readonly string[]): string {
  const parts = names.map((name) => name.split(/[^A-Za-z0-9]+/).filter(Boolean));
  const [first = []] = parts;
  const shared: string[] = [];
  const most = Math.max(1, ...(names.length === 1 ? [first.length - 1] : parts.map((words) => words.length)));
  for (const [index, part] of first.slice(0, most).entries()) {
    if (!parts.every((words) => words[index] === part)) break;
    shared.push(part);
  }
  return shared.join("-").toLowerCase();
}

function key(name: string): string {
  return /^[\w-]+$/.test(name) ? name : value(name);
}

// JSON's escapes are TOML's, but for DEL, which TOML wants escaped.
function value(text: string): string {
  return JSON.stringify(text).replaceAll("\u007F", String.raw`\u007F`);
}
