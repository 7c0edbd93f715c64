// IAM user keys under names of their own. The list of names is a plain file; the keys are in the store alone.
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import * as v from "valibot";
import { type Credentials, credentials } from "../aws/credentials.ts";
import { CliError, EXIT } from "../errors.ts";
import { writePrivateFile } from "../sys/atomic-file.ts";
import { readJson } from "../sys/read-file.ts";
import type { SecretStore } from "./secret-store.ts";

/** `revision` is another one whenever the keys under the name were replaced. */
export type KeyEntry = { accessKeyId: string; revision: string };
export type KeyIndex = Readonly<Record<string, KeyEntry>>;

const indexSchema = v.record(v.string(), v.object({ accessKeyId: v.string(), revision: v.string() }));
const keysSchema = v.object({ accessKeyId: v.string(), secretAccessKey: v.string() });

export function readKeyIndex(stateDir: string): KeyIndex {
  const result = v.safeParse(indexSchema, readJson(indexFile(stateDir)));
  return result.success ? result.output : {};
}

export async function addKeys(name: string, keys: Credentials, store: SecretStore, stateDir: string): Promise<void> {
  const { accessKeyId, secretAccessKey } = keys;
  await store.set(itemOf(name), JSON.stringify({ accessKeyId, secretAccessKey }));
  const entry = { accessKeyId, revision: randomBytes(8).toString("hex") };
  writeIndex({ ...readKeyIndex(stateDir), [name]: entry }, stateDir);
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
  const result = v.safeParse(keysSchema, JSON.parse(text));
  if (!result.success) throw new CliError(`the keys "${name}" are damaged`, { hint: `metacred keys add ${name}` });
  return credentials({ ...result.output, sessionToken: undefined });
}

export function noKeys(name: string, hint: string): CliError {
  return new CliError(`there are no keys "${name}" in the keychain`, { hint, exit: EXIT.usage });
}

function writeIndex(index: KeyIndex, stateDir: string): void {
  writePrivateFile(indexFile(stateDir), `${JSON.stringify(index, undefined, 2)}\n`);
}

function indexFile(stateDir: string): string {
  return join(stateDir, "keys.json");
}

function itemOf(name: string): string {
  return `keys ${name}`;
}
