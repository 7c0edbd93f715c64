// What programs read their token from, again at each question, where EKS's form of it is wanted.
import { rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writePrivateFile } from "../sys/atomic-file.ts";

export type TokenFiles = {
  /** The file's path. The token alone, without an end of line: some SDKs send that along, others refuse it. */
  write(name: string, token: string): string;
  remove(name: string): void;
  removeAll(): void;
};

/** In the runtime folder, which only the owner enters. */
export function createTokenFiles(runtimeDir: string): TokenFiles {
  const folder = join(runtimeDir, "tokens");
  const names = new Set<string>();
  let isOwn = false;
  const remove = (name: string) => {
    names.delete(name);
    rmSync(join(folder, name), { force: true });
  };
  return {
    write(name, token) {
      // What is there is of a daemon that has ended or been killed: its tokens are good for nothing.
      if (!isOwn) rmSync(folder, { recursive: true, force: true });
      isOwn = true;
      names.add(name);
      const file = join(folder, name);
      writePrivateFile(file, token);
      return file;
    },
    remove,
    // One by one: the folder may be a newer daemon's by now.
    removeAll() {
      for (const name of names) remove(name);
      try {
        rmdirSync(folder);
      } catch {
        // It was never made, or holds those of that one.
      }
    },
  };
}
