// Folders and files of metacred's own, made where they are not there; what stands in the way is named.
import { existsSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { CliError } from "../errors.ts";

/** With its parents, for the owner alone. One that is there stays as it is. */
export function makeOwnFolder(folder: string): void {
  explained(folder, () => void mkdirSync(folder, { recursive: true, mode: 0o700 }));
}

/** A descriptor at the end of a file that only the owner reads. */
export function openToAppend(file: string): number {
  makeOwnFolder(dirname(file));
  return explained(file, () => openSync(file, "a", 0o600));
}

/** Runs what writes `path`; its failure is one in words. */
export function writing<T>(path: string, act: () => T): T {
  return explained(path, act, "written");
}

// --- internal ---

const WHY: Readonly<Record<string, string>> = {
  EACCES: "it may not be written",
  EPERM: "it may not be written",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOENT: "there is no such place",
  ENOTDIR: "something above it is no folder",
  EEXIST: "something else has its name",
  EISDIR: "a folder has its name",
  ELOOP: "its symbolic links lead in a circle",
  ENAMETOOLONG: "the name is too long",
};

// Of many folders to be made it is the last one that is there already which says why.
function lookAt(path: string): string {
  let above = dirname(path);
  while (!existsSync(above)) above = dirname(above);
  return above === dirname(path) ? `ls -ld ${path} ${above}` : `ls -ld ${above}`;
}

function explained<T>(path: string, act: () => T, how: "made" | "written" = "made"): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof CliError || !(error instanceof Error && "code" in error)) throw error;
    const why = WHY[String(error.code)] ?? String(error.code);
    const isFull = error.code === "ENOSPC" || error.code === "EDQUOT";
    throw new CliError(`${path} cannot be ${how}: ${why}`, {
      hint: isFull ? `df -h ${dirname(path)}` : lookAt(path),
      cause: error,
    });
  }
}
