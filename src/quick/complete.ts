// Names for the shells' completions, in milliseconds: the files are skimmed for headings, not parsed.
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { print } from "../print.ts";

/** What stands behind a name, for shells that show it: an ARN, or what kind of profile it is. */
type Named = { name: string; about: string };

/** `roles` or `profiles`, one name a line. Whatever goes wrong, a completion prints less, never an error. */
export async function printNames(context: Context, kind: string, described: boolean): Promise<number> {
  const [tables, profiles] = await Promise.all([kind === "roles" ? roleTables(context) : [], awsProfiles(context)]);
  const found = kind === "roles" ? [...profiles, ...tables] : kind === "profiles" ? profiles : [];
  // A later one of the same name is the one that counts: a role of the config stands before a profile.
  const byName = new Map(found.map((one) => [one.name, one.about]));
  const lines = [...byName.keys()].toSorted().map((name) => (described ? `${name}\t${byName.get(name)}` : name));
  await print(lines.map((line) => `${line}\n`).join(""));
  return EXIT.ok;
}

// A heading, then everything up to the next line that begins one.
const BODY = String.raw`[^\n]*\n?((?:(?!\s*\[)[^\n]*\n?)*)`;
const ROLE_TABLE = new RegExp(String.raw`^\s*\[\s*roles\s*\.\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*\]${BODY}`, "gm");
const PROFILE = new RegExp(
  String.raw`^\[\s*(?:profile\s+(?:"([^"]+)"|'([^']+)'|([^\]]+?))|(default))\s*\]${BODY}`,
  "gm",
);
const KEYS = /^\[\s*([^\]]+?)\s*\]/gm;

async function roleTables({ paths }: Context): Promise<Named[]> {
  return [...(await read(paths.configFile)).matchAll(ROLE_TABLE)].map(([, double, single, bare, body = ""]) => ({
    name: double ?? single ?? bare ?? "",
    about: /^\s*role_arn\s*=\s*["']([^"'\n]*)["']/m.exec(body)?.[1] ?? "role",
  }));
}

async function awsProfiles({ env, home }: Context): Promise<Named[]> {
  const [config, keys] = await Promise.all([
    read(env["AWS_CONFIG_FILE"] || `${home}/.aws/config`),
    read(env["AWS_SHARED_CREDENTIALS_FILE"] || `${home}/.aws/credentials`),
  ]);
  return [
    ...[...keys.matchAll(KEYS)].map((match) => ({ name: match[1] ?? "", about: "keys" })),
    ...[...config.matchAll(PROFILE)].map(([, double, single, bare, byDefault, body = ""]) => ({
      name: double ?? single ?? bare ?? byDefault ?? "",
      about: aboutProfile(body),
    })),
  ];
}

function aboutProfile(body: string): string {
  const setting = (key: string) => new RegExp(String.raw`^\s*${key}\s*=\s*(\S+)`, "m").exec(body)?.[1];
  const ssoRole = setting("sso_role_name");
  if (ssoRole !== undefined) return `${ssoRole} in ${setting("sso_account_id") ?? "an account"}`;
  return setting("role_arn") ?? "AWS profile";
}

async function read(file: string): Promise<string> {
  try {
    return await Bun.file(file).text();
  } catch {
    return "";
  }
}
