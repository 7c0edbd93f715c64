// Which role was served last, for the start after a restart of the machine. A name, nothing secret.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { keepPrivateFile } from "../sys/atomic-file.ts";

export type LastRole = {
  /** Undefined where none was remembered; "none" after `use none`. */
  read(): string | undefined;
  /** A full disk is no reason to refuse a switch, so it never throws. */
  write(name: string): void;
};

export function lastRole(stateDir: string): LastRole {
  const file = join(stateDir, "last-role");
  return {
    read() {
      try {
        return readFileSync(file, "utf8").split("\n")[0] || undefined;
      } catch {
        return undefined;
      }
    },
    write: (name) => keepPrivateFile(file, `${name}\n`),
  };
}
