// Names for the shells' completions, in milliseconds: the files are skimmed for the few lines that count, not parsed.
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { KEY_INDEX, MACHINE_CONFIG } from "../paths.ts";
import { print } from "../print.ts";
import { QUOTED, keyLines, signInLines } from "./other-names.ts";

/** `roles`, `switches`, `profiles`, `sign-ins` or `keys`, one name a line. Whatever goes wrong, a completion prints less, never an error. */
export async function printNames(context: Context, kind: string, described: boolean): Promise<number> {
  const lines = await linesOf(context, kind, described);
  const kept = described ? oneOfEachName(lines) : new Set(lines);
  // What is no heading of the kind that is looked for has left an empty line.
  kept.delete("");
  await print(kept.size === 0 ? "" : `${[...kept].toSorted().join("\n")}\n`);
  return EXIT.ok;
}

// --- internal ---

const NO_ROLE = "none\tno role, until the next use";

// The first of a name is the one that counts: a role of the config stands before a profile.
async function linesOf(context: Context, kind: string, described: boolean): Promise<string[]> {
  const { paths, env, home } = context;
  const awsConfig = () => read(env["AWS_CONFIG_FILE"] || `${home}/.aws/config`);
  const skim = described ? describedLines : nameLines;
  const cut = (lines: readonly string[]) => (described ? [...lines] : lines.map((line) => line.replace(/\t.*/s, "")));
  if (kind === "sign-ins") return cut(signInLines(await awsConfig()));
  if (kind === "keys") return cut(keyLines(await read(`${paths.stateDir}/${KEY_INDEX}`)));
  const wantsRoles = kind === "roles" || kind === "switches";
  if (!wantsRoles && kind !== "profiles") return [];
  const [roles, pairs, config, keys] = await Promise.all([
    wantsRoles ? readAll(configFiles(paths.configFile)) : "",
    // Accounts and roles of SSO, as `metacred roles` listed them the last time.
    wantsRoles ? read(paths.pairNamesFile) : "",
    awsConfig(),
    read(env["AWS_SHARED_CREDENTIALS_FILE"] || `${home}/.aws/credentials`),
  ]);
  return [
    ...skim(roles, roleTable(), "role"),
    ...skim(config, profileHead(), "AWS profile"),
    ...skim(keys, keysHead(), "keys"),
    ...(described ? pairs.replaceAll(/.$/gm, "$&\tSSO role") : pairs).split("\n"),
    ...(kind === "switches" ? cut([NO_ROLE]) : []),
  ];
}

// Everything that is done for each of thousands of sections is left to the engine's own string functions: a function
// that has just been loaded is interpreted at first, and would take longer than all the rest of a completion. All of it is
// made when it is needed, since every quick command loads this file.
// Names are in the groups 1 to 4, whichever form they have.
const roleTable = () => String.raw`roles[ \t]*\.[ \t]*(?:${QUOTED}|([\w-]+)())`;
const profileHead = () => String.raw`(?:profile[ \t]+(?:${QUOTED}|([^\]\n]+?))|(default))`;
const keysHead = () => String.raw`([^\]\n]+?)()()()`;

const below = (key: string) => String.raw`(?=(?:\n[a-z].*)*?\n${key}[ \t]*=[ \t]*["']?([^\s"']+))`;
/** Groups 5 and 6: role and account of SSO; else group 7: a role's ARN. */
const settings = () => `(?:${below("sso_role_name")}(?:${below("sso_account_id")}|)|${below("role_arn")}|)`;

function nameLines(text: string, heading: string): string[] {
  return (text.match(/^[ \t]*\[.*/gm) ?? []).join("\n").replace(sections(heading, ""), "$1$2$3$4").split("\n");
}

/** A name, a tab, and what stands behind it: an ARN, or what kind of profile it is. */
function describedLines(text: string, heading: string, otherwise: string): string[] {
  const telling = (text.match(/^(?:[ \t]*\[|(?:sso_role_name|sso_account_id|role_arn)[ \t]*=).*/gm) ?? []).join("\n");
  return `${telling.replace(sections(heading, settings()), "$1$2$3$4\t$7\t$5 in $6")}\n`
    .replace(/^\t.*\n/gm, "")
    .replaceAll("\t\t in \n", `\t${otherwise}\n`)
    .replaceAll("\t\t", "\t")
    .replaceAll("\t in \n", "\n")
    .replaceAll(" in \n", " in an account\n")
    .split("\n");
}

/** A heading, what it is followed by that says what it is, and the settings up to the next heading. */
function sections(heading: string, more: string): RegExp {
  return new RegExp(String.raw`^(?:[ \t]*\[[ \t]*${heading}[ \t]*\]|).*${more}(?:\n[a-z].*)*`, "gm");
}

function oneOfEachName(lines: readonly string[]): Set<string> {
  const byName = new Map<string, string>();
  for (const line of lines) {
    const name = line.slice(0, line.indexOf("\t"));
    if (!byName.has(name)) byName.set(name, line);
  }
  return new Set(byName.values());
}

// As config/load.ts has them.
function configFiles(own: string): string[] {
  return [own, MACHINE_CONFIG].flatMap((file) => [file, ...dropIns(`${file.replace(/[^/]*$/, "")}config.d`)]);
}

// Not node:fs: loading that makes a quick command a quarter slower.
function dropIns(folder: string): string[] {
  try {
    return [...new Bun.Glob("*.toml").scanSync({ cwd: folder, absolute: true })];
  } catch {
    return [];
  }
}

async function readAll(files: readonly string[]): Promise<string> {
  return (await Promise.all(files.map(read))).join("\n");
}

async function read(file: string): Promise<string> {
  try {
    return await Bun.file(file).text();
  } catch {
    return "";
  }
}
