// Names for the shells' completions, in milliseconds: the files are skimmed for headings, not parsed.
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { print } from "../print.ts";

/** What stands behind a name, for shells that show it: an ARN, or what kind of profile it is. */
type Named = { name: string; about: string };

/** `roles` or `profiles`, one name a line. Whatever goes wrong, a completion prints less, never an error. */
export async function printNames(context: Context, kind: string, described: boolean): Promise<number> {
  const { paths, env, home } = context;
  const [roles, pairs, config, keys] = await Promise.all([
    kind === "roles" ? read(paths.configFile) : "",
    // Accounts and roles of SSO, as `metacred roles` listed them the last time.
    kind === "roles" ? read(paths.pairNamesFile) : "",
    kind === "roles" || kind === "profiles" ? read(env["AWS_CONFIG_FILE"] || `${home}/.aws/config`) : "",
    kind === "roles" || kind === "profiles"
      ? read(env["AWS_SHARED_CREDENTIALS_FILE"] || `${home}/.aws/credentials`)
      : "",
  ]);
  const lines = described
    ? describedLines([...pairNames(pairs), ...keyProfiles(keys), ...awsProfiles(config), ...roleTables(roles)])
    : [
        ...new Set([
          ...namesIn(ROLES, roles),
          ...namesIn(PAIRS, pairs),
          ...namesIn(PROFILES, config),
          ...namesIn(KEYS, keys),
        ]),
      ].toSorted();
  await print(lines.map((line) => `${line}\n`).join(""));
  return EXIT.ok;
}

const ROLES = /^\s*\[\s*roles\s*\.\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))\s*\]/gm;
const PROFILES = /^\[\s*(?:profile\s+(?:"([^"]+)"|'([^']+)'|([^\]]+?))|(default))\s*\]/gm;
const PAIRS = /^(.+)$/gm;
const KEYS = /^\[\s*([^\]]+?)\s*\]/gm;

function namesIn(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? "");
}

// A later one of the same name is the one that counts: a role of the config stands before a profile.
function describedLines(named: readonly Named[]): string[] {
  const byName = new Map(named.map(({ name, about }) => [name, about]));
  return [...byName.keys()].toSorted().map((name) => `${name}\t${byName.get(name)}`);
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
  const line = body.slice(start + 1 + key.length, lineEnd(body, start + 1));
  return /^\s*=\s*["']?([^\s"']+)/.exec(line)?.[1];
}

function lineEnd(text: string, from: number): number {
  const found = text.indexOf("\n", from);
  return found === -1 ? text.length : found;
}

function roleTables(text: string): Named[] {
  const named: Named[] = [];
  for (const { heading, body } of sectionsOf(text.replaceAll(/^[ \t]+\[/gm, "["))) {
    const match = /^roles\s*\.\s*(?:"([^"]+)"|'([^']+)'|([\w-]+))$/.exec(heading);
    const name = match?.[1] ?? match?.[2] ?? match?.[3];
    if (name !== undefined) named.push({ name, about: setting(body(), "role_arn") ?? "role" });
  }
  return named;
}

function pairNames(text: string): Named[] {
  return namesIn(PAIRS, text).map((name) => ({ name, about: "SSO role" }));
}

function keyProfiles(text: string): Named[] {
  return [...sectionsOf(text)].map(({ heading }) => ({ name: heading, about: "keys" }));
}

function awsProfiles(text: string): Named[] {
  const named: Named[] = [];
  for (const { heading, body } of sectionsOf(text)) {
    const name = heading === "default" ? heading : profileOf(heading);
    if (name !== undefined) named.push({ name, about: aboutProfile(body()) });
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
