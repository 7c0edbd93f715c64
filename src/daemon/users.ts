// `redirect.users` as uids.
import { readFileSync } from "node:fs";
import { CliError, EXIT } from "../errors.ts";

/** Names and numbers to uids; `{user}` is the owner, `*` everybody. `passwd` is the text of /etc/passwd. */
export function uidsOf(users: readonly string[], ownerUid: number, passwd: string): readonly number[] | "*" {
  if (users.includes("*")) return "*";
  // Lines of NIS, such as `+::::::`, name nobody.
  const entries = passwd.split("\n").map((line) => line.split(":"));
  const byName = new Map(entries.flatMap(([name, , uid = ""]) => (/^\d+$/.test(uid) ? [[name, Number(uid)]] : [])));
  return users.map((user) => {
    if (user === "{user}") return ownerUid;
    const uid = /^\d+$/.test(user) ? Number(user) : byName.get(user);
    if (uid !== undefined) return uid;
    throw new CliError(`redirect.users names "${user}", who is no user of this machine`, {
      hint: "write the uid instead",
      exit: EXIT.usage,
    });
  });
}

/** Whose packets are redirected. The owner's too: the self-test must get through where the owner serves others alone. */
export function redirectedUids(uids: readonly number[] | "*", ownerUid: number): readonly number[] | "*" {
  return uids === "*" ? uids : [...new Set([...uids, ownerUid])];
}

export function readPasswd(): string {
  try {
    return readFileSync("/etc/passwd", "utf8");
  } catch {
    return "";
  }
}
