// Names for the shells' completions, in milliseconds: the files are skimmed for headings, not parsed.
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { print } from "../print.ts";

/** What stands behind a name, for shells that show it: an ARN, or what kind of profile it is. */
type Named = { name: string; about(): string };

/** `roles` or `profiles`, one name a line. Whatever goes wrong, a completion prints less, never an error. */
export async function printNames(context: Context, kind: string, described: boolean): Promise<number> {
  const [tables, profiles] = await Promise.all([kind === "roles" ? roleTables(context) : [], awsProfiles(context)]);
  const found = kind === "roles" ? [...profiles, ...tables] : kind === "profiles" ? profiles : [];
  // A later one of the same name is the one that counts: a role of the config stands before a profile.
  const byName = new Map(found.map((one) => [one.name, one.about]));
  const lines = [...byName.keys()].toSorted().map((name) => (described ? `${name}\t${byName.get(name)?.()}` : name));
  await print(lines.map((line) => `${line}\n`).join(""));
  return EXIT.ok;
}

// Plain loops: patterns and lists over thousands of sections would take longer than all the rest of a completion.
type Section = { heading: string; body(): string };

function* sectionsOf(text: string): Generator<Section> {
  for (let start = text.startsWith("[") ? 0 : nextSection(text, 0); start < text.length;) {
    const close = text.indexOf("]", start);
    if (close === -1) return;
    const next = nextSection(text, close);
    yield { heading: text.slice(start + 1, close).trim(), body: () => text.slice(close, next) };
    start = next;
  }
}

/** Where the next line that begins with a bracket begins; the end where there is none. */
function nextSection(text: string, from: number): number {
  const found = text.indexOf("\n[", from);
  return found === -1 ? text.length : found + 1;
}

function setting(body: string, key: string): string | undefined {
  const start = body.indexOf(`\n${key}`);
  if (start === -1) return undefined;
  const line = body.slice(start + 1 + key.length, body.indexOf("\n", start + 1) >>> 0);
  return /^\s*=\s*["']?([^\s"']+)/.exec(line)?.[1];
}

async function roleTables({ paths }: Context): Promise<Named[]> {
  const named: Named[] = [];
  const text = (await read(paths.configFile)).replaceAll(/^[ \t]+\[/gm, "[");
  for (const { heading, body } of sectionsOf(text)) {
    const match = /^roles\s*\.\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))$/.exec(heading);
    const name = match?.[1] ?? match?.[2] ?? match?.[3];
    if (name !== undefined) named.push({ name, about: () => setting(body(), "role_arn") ?? "role" });
  }
  return named;
}

async function awsProfiles({ env, home }: Context): Promise<Named[]> {
  const [config, keys] = await Promise.all([
    read(env["AWS_CONFIG_FILE"] || `${home}/.aws/config`),
    read(env["AWS_SHARED_CREDENTIALS_FILE"] || `${home}/.aws/credentials`),
  ]);
  const named: Named[] = [];
  for (const { heading } of sectionsOf(keys)) named.push({ name: heading, about: () => "keys" });
  for (const { heading, body } of sectionsOf(config)) {
    const name = heading === "default" ? heading : profileOf(heading);
    if (name !== undefined) named.push({ name, about: () => aboutProfile(body()) });
  }
  return named;
}

function profileOf(heading: string): string | undefined {
  if (!/^profile\s/.test(heading)) return undefined;
  const name = heading.slice("profile".length).trim();
  const quote = name[0];
  return (quote === '"' || quote === "'") && name.endsWith(quote) ? name.slice(1, -1) : name;
}

function aboutProfile(body: string): string {
  const ssoRole = setting(body, "sso_role_name");
  if (ssoRole !== undefined) return `${ssoRole} in ${setting(body, "sso_account_id") ?? "an account"}`;
  return setting(body, "role_arn") ?? "AWS profile";
}

async function read(file: string): Promise<string> {
  try {
    return await Bun.file(file).text();
  } catch {
    return "";
  }
}
