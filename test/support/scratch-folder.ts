// A folder of the test's own, gone when the test ends.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export type ScratchFolder = Disposable & {
  path: string;
  /** Writes a file below the folder and returns its full name. */
  file(name: string, text: string): string;
};

/** `using folder = scratchFolder()`. */
export function scratchFolder(): ScratchFolder {
  const path = mkdtempSync(join(tmpdir(), "metacred-test-"));
  return {
    path,
    file(name, text) {
      const full = join(path, name);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, text, { mode: 0o600 });
      return full;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
