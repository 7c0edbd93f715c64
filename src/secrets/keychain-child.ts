// One call to the keychain, in a process of its own: a stuck keyring never answers, cannot be called off, and would take
// a thread of the pool for good. This process can be killed.
import { EXIT, messageOf } from "../errors.ts";
import { print } from "../print.ts";
import { chunked } from "./chunks.ts";
import { type Keytar, loadKeytar } from "./keytar.ts";
import type { SecretStore } from "./secret-store.ts";

/** What stands on standard input, and what comes back on standard output; nothing is ever in argv. */
export type KeychainOrder = { do: "get" | "set" | "delete"; name: string; value?: string };
export type KeychainAnswer = { value: string | null } | { failed: string };

const SERVICE = "metacred";

export async function runKeychainChild(): Promise<number> {
  const answer = await obey(JSON.parse(await Bun.stdin.text()) as KeychainOrder);
  // To the last byte before this process ends: the sessions of hundreds of roles are more than a pipe holds.
  await print(JSON.stringify(answer));
  return EXIT.ok;
}

async function obey({ do: verb, name, value }: KeychainOrder): Promise<KeychainAnswer> {
  try {
    const plain = storeOf(loadKeytar());
    const store = process.platform === "win32" ? chunked(plain) : plain;
    if (verb === "set") await store.set(name, value ?? "");
    if (verb === "delete") await store.delete(name);
    return { value: verb === "get" ? ((await store.get(name)) ?? null) : null };
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

function storeOf(keytar: Keytar): SecretStore {
  return {
    get: async (name) => (await keytar.getPassword(SERVICE, name)) ?? undefined,
    set: (name, value) => keytar.setPassword(SERVICE, name, value),
    delete: async (name) => void (await keytar.deletePassword(SERVICE, name)),
  };
}
