// Files that a config names: their names are relative to the file that holds them, wherever the daemon runs.
import { dirname, resolve } from "node:path";
import { CliError, EXIT, messageOf } from "../errors.ts";
import { lineOfKey } from "./locate.ts";

export type Source = { file: string; text: string };
export type Table = Record<string, unknown>;

export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/**
 * The same table with absolute names; of a session policy its text, so that the session's key changes with the file.
 * `table` has passed the schema; `readPolicy` throws an `Error`.
 */
export function namedFiles(table: Table, source: Source, readPolicy: (file: string) => string): Table {
  const full = (name: unknown) => resolve(dirname(source.file), String(name));
  const policy = (file: unknown, path: readonly string[]) => {
    try {
      return readPolicy(full(file));
    } catch (error) {
      throw new CliError(`${source.file}:${lineOfKey(source.text, path)}: "${path.join(".")}": ${messageOf(error)}`, {
        hint: `correct ${String(file)}`,
        exit: EXIT.usage,
        cause: error,
      });
    }
  };
  const role = (found: Table, name: string) =>
    change(found, { policy: (file) => policy(file, ["roles", name, "policy"]) });
  const header = (value: unknown) => (isTable(value) ? change(value, { file: full }) : value);
  const broker = (found: Table) =>
    change(found, {
      ca_file: full,
      client_cert: full,
      client_key: full,
      headers: (headers) => each(headers, header),
    });
  return change(table, { roles: (roles) => each(roles, role), sources: (sources) => each(sources, broker) });
}

// Applies each function to the key of its name, where there is such a key.
function change(table: Table, changes: Readonly<Record<string, (value: unknown) => unknown>>): Table {
  const changed = Object.entries(changes).flatMap(([key, how]) =>
    key in table ? [[key, how(table[key])] as const] : [],
  );
  return { ...table, ...Object.fromEntries(changed) };
}

function each(value: unknown, how: (inner: Table, name: string) => unknown): unknown {
  if (!isTable(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, how(inner as Table, name)]));
}
