// Where secrets rest: named pieces of text. Who keeps them, and what they mean, is others' concern.
import { CliError, EXIT } from "../errors.ts";

export type SecretStore = {
  /** Undefined where there is none. Throws where there may be one that cannot be read now, as in a locked keychain. */
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
};

/** A keychain that is there and does not open: to be waited for, never to be written around. */
export function lockedError(what: string): CliError {
  return new CliError(`the keychain ${what}`, {
    hint: "unlock the keychain; metacred looks again by itself",
    exit: EXIT.needsPerson,
  });
}

export function memoryStore(): SecretStore {
  const secrets = new Map<string, string>();
  return {
    get: async (name) => secrets.get(name),
    set: async (name, value) => void secrets.set(name, value),
    delete: async (name) => void secrets.delete(name),
  };
}
