// Writes config.schema.json from the schema that the program itself checks with: `npm run schema`. A test keeps them equal.
import { join } from "node:path";
import { configSchema } from "../src/config/schema.ts";
import { WORDS } from "./config-words.ts";

export type Json = Record<string, unknown>;

// The parts of valibot's schemas that the config uses, as they lie in memory.
type Schema = {
  type: string;
  entries?: Record<string, Schema>;
  wrapped?: Schema;
  default?: unknown;
  item?: Schema;
  value?: Schema;
  options?: readonly unknown[];
  literal?: unknown;
  pipe?: readonly (Step | Schema)[];
};
type Step = { type: string; requirement?: unknown; message?: unknown };

// A duration's check says the range, which no pattern can.
const DURATION = String.raw`^(\d+[smh])+$`;

export function jsonSchema(): Json {
  const root = convert(configSchema, []);
  return { $schema: "http://json-schema.org/draft-07/schema#", title: "metacred config.toml", ...root };
}

function convert(schema: Schema, path: readonly string[]): Json {
  const found = plain(schema, path);
  const words = WORDS[path.join(".")];
  return words === undefined
    ? found
    : { ...found, description: [words, found["description"]].filter(Boolean).join("; ") };
}

function plain(schema: Schema, path: readonly string[]): Json {
  switch (schema.type) {
    case "strict_object": {
      const entries = Object.entries(schema.entries ?? {});
      const required = entries.filter(([, entry]) => entry.type !== "optional").map(([name]) => name);
      return {
        type: "object",
        properties: Object.fromEntries(entries.map(([name, entry]) => [name, convert(entry, [...path, name])])),
        additionalProperties: false,
        ...(required.length === 0 ? {} : { required }),
      };
    }
    case "optional": {
      const inner = schema.wrapped === undefined ? {} : plain(schema.wrapped, path);
      return isPlain(schema.default) ? { ...inner, default: schema.default } : inner;
    }
    case "record":
      return {
        type: "object",
        additionalProperties: schema.value === undefined ? true : convert(schema.value, [...path, "*"]),
      };
    case "array":
      return {
        type: "array",
        items: schema.item === undefined ? {} : convert(schema.item, [...path, "[]"]),
        ...limits(schema),
      };
    case "picklist":
      return { enum: schema.options };
    case "literal":
      return { const: schema.literal };
    case "union":
    case "lazy":
      return { anyOf: (schema.options ?? []).map((option) => plain(option as Schema, path)) };
    case "unknown":
      return limits(schema);
    case "string":
    case "number":
    case "boolean":
      return { type: schema.type, ...limits(schema) };
    default:
      throw new Error(`no JSON Schema is known for a ${schema.type}`);
  }
}

function limits(schema: Schema): Json {
  const found: Json = {};
  const patterns: string[] = [];
  for (const { type, requirement, message } of steps(schema)) {
    if (type === "min_length") found[schema.type === "array" ? "minItems" : "minLength"] = requirement;
    else if (type === "min_value") found["minimum"] = requirement;
    else if (type === "max_value") found["maximum"] = requirement;
    else if (type === "integer") found["type"] = "integer";
    else if (type === "ipv4") found["format"] = "ipv4";
    else if (type === "regex" && requirement instanceof RegExp) patterns.push(requirement.source);
    else if (type === "check") {
      found["description"] = message;
      if (String(message).includes("duration")) patterns.push(DURATION);
    }
  }
  if (patterns.length === 1) found["pattern"] = patterns[0];
  else if (patterns.length > 1) found["allOf"] = patterns.map((pattern) => ({ pattern }));
  return found;
}

// A pipe begins with a schema, which may be a pipe itself.
function steps({ pipe = [] }: Schema): Step[] {
  return pipe.flatMap((step, index) => (index === 0 ? ("pipe" in step ? steps(step) : []) : [step]));
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" || Array.isArray(value);
}

if (import.meta.main) {
  await Bun.write(join(import.meta.dir, "config.schema.json"), `${JSON.stringify(jsonSchema(), undefined, 2)}\n`);
}
