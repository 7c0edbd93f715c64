// config.toml and config.d/*.toml, checked to the last key. Errors name file, line, key and the nearest right word.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { TomlError, parse } from "smol-toml";
import * as v from "valibot";
import { CliError, EXIT, messageOf } from "../errors.ts";
import { MACHINE_CONFIG, type Paths } from "../paths.ts";
import { explainIssue, pathOf } from "./explain-issue.ts";
import { untrusted } from "./file-trust.ts";
import { lineOfKey } from "./locate.ts";
import { type Source, type Table, isTable, namedFiles } from "./named-files.ts";
import { type Config, configSchema } from "./schema.ts";
import { readSessionPolicy } from "./session-policy.ts";

type Where = Pick<Paths, "configFile" | "configNamed">;

/** Reads /etc/metacred, the user's file and its config.d, later ones over earlier ones. No file at all is fine. */
export function loadConfig(paths: Where, uid: number): Config {
  return createConfigLoader(paths, uid)();
}

/** `loadConfig` for a daemon, which reads the same files at every switch: only where one of them changed are they parsed and checked. */
export function createConfigLoader(paths: Where, uid: number): () => Config {
  let last: { sources: readonly Source[]; policies: ReadonlyMap<string, string>; config: Config } | undefined;
  return () => {
    const sources = sourcesOf(paths, uid);
    if (last !== undefined && isSame(last.sources, sources) && areSame(last.policies)) return last.config;
    const policies = new Map<string, string>();
    const config = merged(sources, (file) => {
      const policy = readSessionPolicy(file);
      policies.set(file, policy);
      return policy;
    });
    last = { sources, policies, config };
    return config;
  };
}

function isSame(before: readonly Source[], now: readonly Source[]): boolean {
  if (before.length !== now.length) return false;
  return now.every(({ file, text }, index) => before[index]?.file === file && before[index].text === text);
}

// One that is wrong now is not the same: that is said where the file that names it is read.
function areSame(policies: ReadonlyMap<string, string>): boolean {
  try {
    for (const [file, policy] of policies) if (readSessionPolicy(file) !== policy) return false;
    return true;
  } catch {
    return false;
  }
}

function sourcesOf(paths: Where, uid: number): Source[] {
  return [MACHINE_CONFIG, paths.configFile]
    .flatMap((file) => [file, ...dropIns(file)])
    .flatMap((file) => readSource(file, uid, paths.configNamed && file === paths.configFile));
}

function merged(sources: readonly Source[], readPolicy: (file: string) => string): Config {
  const table = sources.reduce<Table>(
    (under, source) => merge(under, namedFiles(checked(parseToml(source), source), source, readPolicy)),
    {},
  );
  const result = v.safeParse(configSchema, table);
  if (result.success) return result.output;
  // Each file was right by itself, so something is missing from them all.
  const [issue] = result.issues;
  throw explainIssue(
    issue,
    sources.findLast((source) => lineOfKey(source.text, pathOf(issue)) !== undefined),
  );
}

function dropIns(file: string): string[] {
  const folder = join(dirname(file), "config.d");
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".toml"))
      .toSorted()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function readSource(file: string, uid: number, mustExist: boolean): Source[] {
  try {
    const entry = statSync(file);
    // Reading a pipe would wait for a writer, in a daemon that must answer.
    if (!entry.isFile()) throw notAFile(file, entry.isDirectory(), mustExist);
    // Whoever can write it would choose which role this user's programs get, and which commands run for it.
    const why = untrusted(entry, uid);
    if (why !== undefined) {
      const hint = entry.uid === uid ? `chmod go-w ${file}` : `sudo chown ${uid} ${file}`;
      throw new CliError(`${file} ${why}`, { hint, exit: EXIT.usage });
    }
    return [{ file, text: readFileSync(file, "utf8") }];
  } catch (error) {
    if (error instanceof CliError) throw error;
    const isAbsent = error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
    if (isAbsent && !mustExist) return [];
    throw new CliError(`cannot read ${file}: ${isAbsent ? "there is no such file" : messageOf(error)}`, {
      hint: isAbsent
        ? `metacred init --config ${file} writes it; or correct --config or METACRED_CONFIG`
        : `ls -l ${file}`,
      exit: EXIT.usage,
      cause: error,
    });
  }
}

function notAFile(file: string, isFolder: boolean, isNamed: boolean): CliError {
  const message = `${file} is ${isFolder ? "a folder" : "no ordinary file"}`;
  // What a person named is not to be moved away: it may be the folder of many other things.
  const named = isFolder
    ? `metacred --config ${join(file, "config.toml")}, or METACRED_CONFIG`
    : "name a file of its own";
  return new CliError(message, { hint: isNamed ? named : `mv ${file} ${file}.old`, exit: EXIT.usage });
}

function parseToml({ file, text }: Source): Table {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n")[0]?.replace(/^Invalid TOML document: /, "") ?? "invalid TOML";
    throw new CliError(`${file}:${error.line}:${error.column}: ${reason}`, {
      hint: `correct line ${error.line} of ${file}`,
      exit: EXIT.usage,
    });
  }
}

// What is missing here may stand in another file: a drop-in changes one key of a table.
function checked(table: Table, source: Source): Table {
  const issue = v.safeParse(configSchema, table).issues?.find(({ received }) => received !== "undefined");
  if (issue !== undefined) throw explainIssue(issue, source);
  return table;
}

function merge(under: Table, over: Table): Table {
  const merged: Table = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isTable(below) && isTable(value) ? merge(below, value) : value;
  }
  return merged;
}
