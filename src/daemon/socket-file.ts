// The control socket's file: bound under a private name, then renamed into place, so that a newer daemon takes over
// the name without a moment in which nobody listens, and an older one's end cannot remove the newer one's socket.
import { chmodSync, lstatSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../errors.ts";
import { makeOwnFolder } from "../sys/own-files.ts";

// sockaddr_un holds 108 bytes on Linux, 104 on macOS, with a closing zero.
const LONGEST_PATH = 103;

/** Makes the folder 0700 and ours alone. */
export function prepareRuntimeDir(folder: string, uid: number): void {
  makeOwnFolder(folder);
  const entry = lstatSync(folder);
  const { uid: owner, mode } = entry;
  if (!entry.isDirectory()) {
    throw new CliError(`${folder} is not a folder`, { hint: `mv ${folder} ${folder}.old` });
  }
  if (uid !== -1 && owner !== uid) {
    throw new CliError(`${folder} belongs to another user (uid ${owner})`, { hint: `sudo chown ${uid} ${folder}` });
  }
  if ((mode & 0o077) !== 0) chmodSync(folder, 0o700);
}

export function privateSocketName(folder: string, pid: number): string {
  // The longest of the names under which the socket is found: that of a daemon about to be replaced.
  const longest = join(folder, "control.sock.old");
  if (Buffer.byteLength(longest) <= LONGEST_PATH) return join(folder, `${pid}.sock`);
  throw new CliError(`the path of the control socket is too long: ${longest}`, {
    // Where the home folder's own name is as long, its .run is no way out.
    hint: `export XDG_RUNTIME_DIR=${folder.endsWith("/.run/metacred") ? "$(mktemp -d)" : "$HOME/.run"}`,
  });
}

/** Moves a bound socket to the name that clients use. Returns the undo, which leaves a successor's socket alone. */
export function publishSocket(bound: string, published: string): () => void {
  chmodSync(bound, 0o600);
  const { ino } = statSync(bound);
  renameSync(bound, published);
  return () => {
    try {
      if (statSync(published).ino === ino) rmSync(published);
    } catch {
      // Gone already.
    }
  };
}
