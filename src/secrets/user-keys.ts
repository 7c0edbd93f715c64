// IAM user keys and headers of brokers under names of their own. The list of names is a plain file; what they stand for
// is in the store alone.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import * as v from "valibot";
import { type Credentials, credentials } from "../aws/credentials.ts";
import { CliError, EXIT } from "../errors.ts";
import { KEY_INDEX } from "../paths.ts";
import { writePrivateFile } from "../sys/atomic-file.ts";
import { readJson } from "../sys/read-file.ts";
import type { SecretStore } from "./secret-store.ts";

/** Null for a header. `revision` is another one whenever what is under the name was replaced. */
export type KeyEntry = { accessKeyId: string | null; revision: string };
export type KeyIndex = Readonly<Record<string, KeyEntry>>;

const indexSchema = v.record(v.string(), v.object({ accessKeyId: v.nullable(v.string()), revision: v.string() }));
// JSON.parse would quote what it does not understand, which is a secret.
const json = v.pipe(v.string(), v.parseJson());
const headerSchema = v.pipe(json, v.object({ header: v.string() }));
const keysSchema = v.pipe(json, v.object({ accessKeyId: v.string(), secretAccessKey: v.string() }));

export function readKeyIndex(stateDir: string): KeyIndex {
  const result = v.safeParse(indexSchema, readJson(indexFile(stateDir)));
  return result.success ? result.output : {};
}

export async function addKeys(name: string, keys: Credentials, store: SecretStore, stateDir: string): Promise<void> {
  const { accessKeyId, secretAccessKey } = keys;
  await store.set(itemOf(name), JSON.stringify({ accessKeyId, secretAccessKey }));
  enter(name, accessKeyId, stateDir);
}

/** `header` is the value, such as `Bearer …`. */
export async function addHeader(name: string, header: string, store: SecretStore, stateDir: string): Promise<void> {
  await store.set(itemOf(name), JSON.stringify({ header }));
  enter(name, null, stateDir);
}

export async function removeKeys(name: string, store: SecretStore, stateDir: string): Promise<void> {
  const { [name]: entry, ...rest } = readKeyIndex(stateDir);
  if (entry === undefined) throw noKeys(name, "metacred keys list");
  await store.delete(itemOf(name));
  writeIndex(rest, stateDir);
}

export async function readKeys(name: string, store: SecretStore): Promise<Credentials> {
  const text = await store.get(itemOf(name));
  if (text === undefined) throw noKeys(name, `metacred keys add ${name}`);
  const result = v.safeParse(keysSchema, text);
  if (!result.success) throw new CliError(`the keys "${name}" are damaged`, { hint: `metacred keys add ${name}` });
  return credentials({ ...result.output, sessionToken: undefined });
}

/** Undefined where no header has that name. */
export async function readHeader(name: string, store: Pick<SecretStore, "get">): Promise<string | undefined> {
  const text = await store.get(itemOf(name));
  if (text === undefined) return undefined;
  const result = v.safeParse(headerSchema, text);
  return result.success ? result.output.header : undefined;
}

export function noKeys(name: string, hint: string): CliError {
  return new CliError(`there are no keys "${name}" in the keychain`, { hint, exit: EXIT.usage });
}

function enter(name: string, accessKeyId: string | null, stateDir: string): void {
  const entry = { accessKeyId, revision: randomBytes(8).toString("hex") };
  writeIndex({ ...readKeyIndex(stateDir), [name]: entry }, stateDir);
}

function writeIndex(index: KeyIndex, stateDir: string): void {
  writePrivateFile(indexFile(stateDir), `${JSON.stringify(index, undefined, 2)}\n`);
}

function indexFile(stateDir: string): string {
  return join(stateDir, KEY_INDEX);
}

function itemOf(name: string): string {
  return `keys ${name}`;
}
