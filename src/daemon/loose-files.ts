// metacred's own files and folders, as far as other users could read or change them.
import { chmodSync, lstatSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { untrusted } from "../config/file-trust.ts";
import type { Paths } from "../paths.ts";

export type LooseFile = {
  path: string;
  /** As in "PATH is open to other users". */
  problem: string;
  fix: string;
  /** What `chmod` makes of it; undefined where only root could mend it. */
  mode: number | undefined;
};

/** What others may do with the configuration, the state, and the socket's folder that they should not. */
export function looseFiles(paths: Paths, uid: number): LooseFile[] {
  if (uid === -1) return [];
  const { configFile, configNamed, stateDir, runtimeDir, logFile, stateFile } = paths;
  return [
    ...look(configFile, 0o022, uid),
    // The folder of a file that was named may be anybody's, /tmp for one.
    ...(configNamed ? [] : look(dirname(configFile), 0o022, uid)),
    ...look(stateDir, 0o077, uid),
    ...(runtimeDir === stateDir ? [] : look(runtimeDir, 0o077, uid)),
    ...[logFile, stateFile, join(stateDir, "secrets.json")].flatMap((file) => look(file, 0o077, uid)),
  ];
}

export function mend({ path, mode }: LooseFile): boolean {
  if (mode === undefined) return false;
  chmodSync(path, mode);
  return true;
}

function look(path: string, mask: number, uid: number): LooseFile[] {
  const link = lstatSync(path, { throwIfNoEntry: false });
  // A link's own mode means nothing; what it leads to is somebody's choice, and still read.
  const entry = link?.isSymbolicLink() === true ? statSync(path, { throwIfNoEntry: false }) : link;
  if (entry === undefined) return [];
  if (entry.uid !== uid && entry.uid !== 0) {
    const problem = `belongs to another user (uid ${entry.uid})`;
    return [{ path, problem, fix: `sudo chown ${uid} ${path}`, mode: undefined }];
  }
  // By the same measure as when the configuration is read: a group that holds this user alone is nobody else.
  if (mask === 0o022 && untrusted(entry, uid) === undefined) return [];
  // root's own, such as /etc: its mode is not ours to change.
  if ((entry.mode & mask) === 0 || entry.uid !== uid) return [];
  const word = mask === 0o022 ? "go-w" : entry.isDirectory() ? "700" : "600";
  const mode = entry.mode & 0o777 & ~mask;
  return [{ path, problem: "is open to other users", fix: `chmod ${word} ${path}`, mode }];
}
