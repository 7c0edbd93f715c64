// Where secrets rest: named pieces of text. Who keeps them, and what they mean, is others' concern.
import { CliError, EXIT } from "../errors.ts";

export type SecretStore = {
  /** Undefined where there is none. Throws where there may be one that cannot be read now, as in a locked keychain. */
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
};

export const LOCKED_HINT = "unlock the keychain; a daemon that runs looks again by itself";

/** A keychain that is there and does not open: to be waited for, never to be written around. */
export function lockedError(what: string): CliError {
  return new CliError(`the keychain ${what}`, {
    hint: LOCKED_HINT,
    exit: EXIT.needsPerson,
    // Whoever unlocks it wants to work now.
    again: { withinMs: 15_000 },
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
