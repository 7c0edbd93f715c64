// Which store, by `[secrets] store`.
import { join } from "node:path";
import type { Paths, Environment } from "../paths.ts";
import type { Clock } from "../sys/clock.ts";
import { fileStore } from "./file-store.ts";
import { type Keychain, createKeychain } from "./keychain.ts";
import { type SecretStore, memoryStore } from "./secret-store.ts";

export type StoreKind = "keychain" | "file" | "memory";

export type Secrets = SecretStore & {
  kind: StoreKind;
  /** Where live sessions may rest: never in a file that the user did not choose. */
  forSessions: SecretStore | undefined;
};

export type SecretsOptions = {
  paths: Pick<Paths, "stateDir">;
  env: Environment;
  clock: Pick<Clock, "after">;
  /** A person is waiting, and may be asked for the keychain's password by the keychain. */
  patient: boolean;
  say(text: string): void;
  keychain?: Keychain;
};

// A keyring that forty programs ask at once on a busy machine takes seconds; one that hangs never answers.
const LIMIT_MS = 8000;
const PATIENT_LIMIT_MS = 120_000;

export function openSecrets(kind: StoreKind, options: SecretsOptions): Secrets {
  const { paths, env, clock, patient, say } = options;
  if (kind === "memory") return { kind, forSessions: undefined, ...memoryStore() };
  const file = join(paths.stateDir, "secrets.json");
  if (kind === "file") {
    const store = fileStore(file, clock);
    return { kind, forSessions: store, ...store };
  }
  const limitMs = patient ? PATIENT_LIMIT_MS : LIMIT_MS;
  const keychain = options.keychain ?? createKeychain({ env, stateDir: paths.stateDir, limitMs });
  const fallback = fileStore(file, clock, () =>
    say(`this machine has no keychain: secrets are kept in ${file}, which only you can read`),
  );
  return { kind, forSessions: onlyKeychain(keychain), ...orElse(keychain, fallback) };
}

// A sign-in made where there is no keychain, as over SSH, must be found from where there is one: both are read.
function orElse(keychain: Keychain, fallback: SecretStore): SecretStore {
  return {
    async get(name) {
      const found = await keychain.get(name);
      return (found === "absent" ? undefined : found.value) ?? fallback.get(name);
    },
    async set(name, value) {
      if ((await keychain.set(name, value)) === "absent") await fallback.set(name, value);
      else await fallback.delete(name);
    },
    async delete(name) {
      await keychain.delete(name);
      await fallback.delete(name);
    },
  };
}

function onlyKeychain(keychain: Keychain): SecretStore {
  return {
    async get(name) {
      const found = await keychain.get(name);
      return found === "absent" ? undefined : found.value;
    },
    set: async (name, value) => void (await keychain.set(name, value)),
    delete: async (name) => void (await keychain.delete(name)),
  };
}
