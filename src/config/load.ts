// config.toml and config.d/*.toml, checked to the last key. Errors name file, line, key and the nearest right word.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { TomlError, parse } from "smol-toml";
import * as v from "valibot";
import { CliError, EXIT, messageOf } from "../errors.ts";
import { nearestWord } from "../nearest.ts";
import type { Paths } from "../paths.ts";
import { lineOfKey } from "./locate.ts";
import { type Config, configSchema } from "./schema.ts";

type Source = { file: string; text: string };
type Table = Record<string, unknown>;

/** Reads /etc/metacred, the user's file and its config.d, later ones over earlier ones. No file at all is fine. */
export function loadConfig(paths: Pick<Paths, "configFile" | "configNamed">, uid: number): Config {
  const sources = ["/etc/metacred/config.toml", paths.configFile]
    .flatMap((file) => [file, ...dropIns(file)])
    .flatMap((file) => readSource(file, uid, paths.configNamed && file === paths.configFile));
  let merged: Table = {};
  for (const source of sources) {
    const table = parseToml(source);
    checkConfig(table, source);
    merged = merge(merged, table);
  }
  return v.parse(configSchema, merged);
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
    const owner = statSync(file).uid;
    // A file that somebody else wrote would choose which role this user's programs get.
    if (uid !== -1 && owner !== uid && owner !== 0) {
      throw new CliError(`${file} belongs to another user (uid ${owner})`, { hint: `chown ${uid} ${file}` });
    }
    return [{ file, text: readFileSync(file, "utf8") }];
  } catch (error) {
    if (error instanceof CliError) throw error;
    if (!mustExist && error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR"))
      return [];
    throw new CliError(`cannot read ${file}`, { hint: messageOf(error), exit: EXIT.usage, cause: error });
  }
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

function checkConfig(table: Table, { file, text }: Source): void {
  const result = v.safeParse(configSchema, table);
  if (result.success) return;
  const [issue] = result.issues;
  const path = (issue.path ?? []).map((item) => String(item.key));
  const line = lineOfKey(text, path);
  const where = line === undefined ? file : `${file}:${line}`;
  const key = path.join(".");
  const exit = EXIT.usage;
  if (issue.type === "strict_object" && issue.expected === "never") {
    const near = nearestWord(path.at(-1) ?? "", knownKeys(path.slice(0, -1)));
    const hint = near === undefined ? `remove it` : `did you mean "${near}"?`;
    throw new CliError(`${where}: unknown key "${key}"`, { hint, exit });
  }
  const wanted = issue.type === "strict_object" || issue.kind === "schema" ? wantedOf(issue) : issue.message;
  throw new CliError(`${where}: "${key}" ${wanted}`, { hint: `correct it in ${file}`, exit });
}

function wantedOf(issue: v.BaseIssue<unknown>): string {
  if (issue.received === "undefined") return "is missing";
  if (issue.type === "union") return `must be "off" or a duration like "16m", not ${issue.received}`;
  return `must be ${issue.expected ?? "another kind of value"}, not ${issue.received}`;
}

type Entries = { entries?: Record<string, unknown>; wrapped?: unknown; value?: unknown };

// The keys that the schema allows at this place, for the suggestion.
function knownKeys(path: readonly string[]): string[] {
  let schema: unknown = configSchema;
  for (const key of path) schema = inner(schema).entries?.[key] ?? inner(schema).value;
  return Object.keys(inner(schema).entries ?? {});
}

function inner(schema: unknown): Entries {
  const entries = (schema ?? {}) as Entries;
  return entries.wrapped === undefined ? entries : inner(entries.wrapped);
}

function merge(under: Table, over: Table): Table {
  const merged: Table = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isTable(below) && isTable(value) ? merge(below, value) : value;
  }
  return merged;
}

function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
