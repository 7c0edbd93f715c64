// Files that other processes read while they are written: whole in their old form, or whole in the new one.
import { randomBytes } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CliError } from "../errors.ts";
import { makeOwnFolder, writing } from "./own-files.ts";

/** Writes a file that only the owner reads, and its folder where there is none. */
export function writePrivateFile(file: string, text: string): void {
  makeOwnFolder(dirname(file));
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    writing(file, () => {
      writeFileSync(draft, text, { mode: 0o600, flag: "wx" });
      renameSync(draft, file);
    });
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** The same for what is a convenience: where it cannot be written, the next one that looks for it goes without. */
export function keepPrivateFile(file: string, text: string): void {
  try {
    writePrivateFile(file, text);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
  }
}
