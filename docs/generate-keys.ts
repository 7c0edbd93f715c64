// Writes the tables of keys in configuration.md from the schema that the program itself checks with: `npm run schema`.
// A test keeps them equal.
import { join } from "node:path";
import { RELOADED } from "../src/config/read-at-start.ts";
import { WORDS } from "./config-words.ts";
import { type Json, jsonSchema } from "./generate-schema.ts";

const FILE = join(import.meta.dir, "configuration.md");
const START = "<!-- keys: npm run schema writes what follows -->";
const END = "<!-- keys: end -->";

type Key = { path: string; value: string; fallback: string };

/** configuration.md with its tables made anew. */
export async function renderConfiguration(): Promise<string> {
  const text = await Bun.file(FILE).text();
  const [start, end] = [text.indexOf(START), text.indexOf(END)];
  if (start === -1 || end === -1) throw new Error(`${FILE} has lost its marks`);
  return `${text.slice(0, start)}${START}\n\n${tables().join("\n")}\n${text.slice(end)}`;
}

/** Every key that a file may hold, `*` for a name of the user's. */
export function configKeys(): Key[] {
  return keysOf(jsonSchema(), "");
}

// --- internal ---

function keysOf(schema: Json, path: string): Key[] {
  const { properties, additionalProperties, anyOf } = schema as {
    properties?: Record<string, Json>;
    additionalProperties?: Json | boolean;
    anyOf?: Json[];
  };
  const below = [
    ...Object.entries(properties ?? {}).flatMap(([name, inner]) =>
      keysOf(inner, path === "" ? name : `${path}.${name}`),
    ),
    ...(typeof additionalProperties === "object" ? keysBelowNames(additionalProperties, path) : []),
    // The kinds of a source, or the forms of a value: those that are tables have keys of their own.
    ...(anyOf ?? [])
      .filter((option) => option["type"] === "object")
      .flatMap((option) => keysOf(option, path).filter((key) => key.path !== path)),
  ];
  const itself = WORDS[path] !== undefined || below.length === 0;
  return [...(itself && path !== "" ? [keyOf(schema, path)] : []), ...below];
}

// A table of plain values whose names are the user's, such as tags, is one key.
function keysBelowNames(value: Json, path: string): Key[] {
  return value["type"] === "string" && WORDS[path] !== undefined ? [] : keysOf(value, `${path}.*`);
}

function keyOf(schema: Json, path: string): Key {
  const { default: fallback } = schema;
  return { path, value: valueOf(schema), fallback: fallback === undefined ? "" : `\`${toml(fallback)}\`` };
}

function valueOf(schema: Json): string {
  const { type, enum: words, const: only, anyOf, minimum, maximum, items, additionalProperties } = schema;
  if (Array.isArray(words)) return words.map((word) => `\`${toml(word)}\``).join(", ");
  if (only !== undefined) return `\`${toml(only)}\``;
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map((option) => valueOf(option as Json)))].join(" or ");
  const range = /duration from (\w+) to (\w+)/.exec(String(schema["description"]));
  if (range !== null) return `${range[1]} to ${range[2]}`;
  if (type === "array") return `list of ${valueOf((items ?? {}) as Json)}`;
  if (type === "object") return additionalProperties === false ? "table" : "table of text";
  if (type === "integer") return `${String(minimum)} to ${String(maximum)}`;
  if (type === "boolean") return "`true`, `false`";
  return type === "string" ? "text" : "instant";
}

function toml(value: unknown): string {
  return JSON.stringify(value).replaceAll('","', '", "');
}

function tables(): string[] {
  const groups = Map.groupBy(configKeys(), ({ path }) => tableOf(path));
  return [...groups].map(([table, keys]) => {
    const rows = keys.map((key) => row(key, table));
    return `### ${table === "" ? "At the top" : `\`[${table.replaceAll("*", "NAME")}]\``}\n\n| key | value | default | |\n|---|---|---|---|\n${rows.join("")}`;
  });
}

function row({ path, value, fallback }: Key, table: string): string {
  const name = (table === "" ? path : path.slice(table.length + 1)).replaceAll("*", "NAME");
  const again = RELOADED.some((pattern) => pattern.test(path)) ? "" : " ¹";
  const cells = [`\`${name}\`${again}`, value, fallback, WORDS[path] ?? ""];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
}

/** The heading that a key stands under; a small table below [imds] or of a source's headers stays with what it is in. */
function tableOf(path: string): string {
  const [first = "", second] = path.split(".");
  if (second === undefined) return "";
  return first === "roles" || first === "sources" ? `${first}.*` : first;
}

if (import.meta.main) await Bun.write(FILE, await renderConfiguration());
