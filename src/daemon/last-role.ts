// Which role was served last, for the start after a restart of the machine. A name, nothing secret.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
    write(name) {
      try {
        mkdirSync(stateDir, { recursive: true, mode: 0o700 });
        writeFileSync(`${file}.new`, `${name}\n`, { mode: 0o600 });
        renameSync(`${file}.new`, file);
      } catch {
        // Only the next start is poorer for it.
      }
    },
  };
}
