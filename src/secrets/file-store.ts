// Secrets in one file that only the owner reads: for machines that have no keychain, and for those who wish it.
import { CliError } from "../errors.ts";
import type { Clock } from "../sys/clock.ts";
import { writePrivateFile } from "../sys/atomic-file.ts";
import { waitForLock } from "../sys/process-lock.ts";
import { readIfThere } from "../sys/read-file.ts";
import type { SecretStore } from "./secret-store.ts";

const LOCK_LIMIT_MS = 5000;

/** `onFirst` is called when the file is made. */
export function fileStore(file: string, clock: Pick<Clock, "after">, onFirst: () => void = () => {}): SecretStore {
  const change = async (edit: (secrets: Record<string, string>) => void) => {
    const release = await waitForLock(`${file}.lock`, clock, AbortSignal.timeout(LOCK_LIMIT_MS));
    try {
      const before = read(file);
      const secrets = { ...before };
      edit(secrets);
      writePrivateFile(file, `${JSON.stringify(secrets, undefined, 2)}\n`);
      if (before === undefined) onFirst();
    } finally {
      release();
    }
  };
  return {
    get: async (name) => read(file)?.[name],
    set: (name, value) => change((secrets) => void (secrets[name] = value)),
    async delete(name) {
      if (read(file)?.[name] !== undefined) await change((secrets) => void delete secrets[name]);
    },
  };
}

function read(file: string): Record<string, string> | undefined {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  try {
    const secrets: unknown = JSON.parse(text);
    if (typeof secrets === "object" && secrets !== null) return secrets as Record<string, string>;
  } catch {
    // Said below, without a word of what is in it.
  }
  throw new CliError(`${file} is damaged`, { hint: `rm ${file}, then metacred login` });
}
