// Whose request it was that came by a command of metacred's. The command itself has ended a moment later, so it is the
// program that started it: a shell, or an SDK with `credential_process`.
import { foundProcess } from "../callers/process-finder.ts";
import { parentOf } from "../callers/process.ts";
import { type Visit, visitOf } from "./caller-book.ts";
import type { HandedOutBy } from "./control.ts";

export function visitBy({ peer, command }: Pick<HandedOutBy, "peer" | "command">): Visit {
  const pid = peer?.pid;
  // `exec` becomes the command that it runs, under the same number.
  const asker = pid === undefined || command === "exec" ? pid : parentOf(pid) || pid;
  const process = asker === undefined ? undefined : foundProcess(asker);
  return visitOf({ uid: peer?.uid, inode: undefined }, process, command);
}
