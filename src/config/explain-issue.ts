// What is wrong with a value of the configuration: file, line, key, and the nearest right word.
import type * as v from "valibot";
import { CliError, EXIT } from "../errors.ts";
import { didYouMean, nearestWord } from "../nearest.ts";
import { lineOfKey } from "./locate.ts";
import type { Source } from "./named-files.ts";
import { configSchema } from "./schema.ts";

type Issue = v.InferIssue<typeof configSchema>;

export function pathOf(issue: Issue): string[] {
  return (issue.path ?? []).map((item) => String(item.key));
}

export function explainIssue(issue: Issue, source: Source | undefined): CliError {
  const path = pathOf(issue);
  const line = source && lineOfKey(source.text, path);
  const where = [source?.file, line].filter((part) => part !== undefined).join(":");
  const key = path.join(".");
  const exit = EXIT.usage;
  if (issue.type === "strict_object" && issue.expected === "never") {
    const word = path.at(-1) ?? "";
    // A key of the other kind of [sources] is known, and yet has no place here.
    const known = knownKeys(path.slice(0, -1));
    const near = known.includes(word) ? undefined : nearestWord(word, known);
    return new CliError(`${where}: unknown key "${key}"`, { hint: didYouMean(near) ?? "remove it", exit });
  }
  const wanted = issue.kind === "schema" ? wantedOf(issue) : issue.message;
  const near = issue.type === "picklist" ? nearestWord(String(issue.input), quotedWords(issue.expected)) : undefined;
  return new CliError(`${where}: "${key}" ${wanted}`, {
    hint: didYouMean(near) ?? `correct it in ${source?.file}`,
    exit,
  });
}

// valibot names a picklist's words in quotes, and has them nowhere else in the issue.
function quotedWords(text: string | null): string[] {
  return [...(text ?? "").matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? "");
}

function wantedOf(issue: Issue): string {
  if (issue.received === "undefined") return "is missing";
  if (issue.type === "union") return `${issue.message}, not ${issue.received}`;
  return `must be ${kindOf(issue.expected)}, not ${KINDS[issue.received] ?? issue.received}`;
}

// In the words of a person who writes TOML, not of a program that reads it.
const KINDS: Readonly<Record<string, string>> = {
  string: "text in quotes",
  number: "a number without quotes",
  boolean: "true or false, without quotes",
  Array: "a list in brackets",
  Object: "a table",
};

function kindOf(expected: string | null): string {
  const words = quotedWords(expected).map((word) => `"${word}"`);
  if (words.length > 1) return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  return KINDS[expected ?? ""] ?? expected ?? "another kind of value";
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
