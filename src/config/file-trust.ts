// Whether a file is as safe from other users as its owner's account is, by the measure of ssh for its own configuration.
import { readFileSync } from "node:fs";
import type { Stats } from "node:fs";

/** In words, as in "FILE is …"; undefined where nobody but its owner and root can change it. */
export function untrusted(
  { uid: owner, gid, mode }: Pick<Stats, "uid" | "gid" | "mode">,
  uid: number,
): string | undefined {
  if (uid === -1) return undefined;
  if (owner !== uid && owner !== 0) return `belongs to another user (uid ${owner})`;
  if ((mode & 0o002) !== 0) return "may be written by everybody";
  if ((mode & 0o020) !== 0 && gid !== 0 && !isPrivateGroup(gid, uid, accounts()))
    return `may be written by its group (gid ${gid})`;
  return undefined;
}

type Accounts = { passwd: string; group: string };

/** A group that holds this user alone, as many systems make one for each: files of mode 664 are usual there. */
export function isPrivateGroup(gid: number, uid: number, { passwd, group }: Accounts): boolean {
  const users = rows(passwd);
  const ownName = users.find(([, , id]) => id === String(uid))?.[0];
  const entry = rows(group).find(([, , id]) => id === String(gid));
  if (ownName === undefined || entry === undefined) return false;
  const members = (entry[3] ?? "").split(",").filter((name) => name !== "");
  const primaries = users.filter(([, , , primary]) => primary === String(gid)).map(([name]) => name ?? "");
  return [...members, ...primaries].every((name) => name === ownName);
}

// --- internal ---

function rows(text: string): string[][] {
  return text.split("\n").map((line) => line.split(":"));
}

function accounts(): Accounts {
  return { passwd: read("/etc/passwd"), group: read("/etc/group") };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
