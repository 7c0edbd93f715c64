// What is left when daemon and guard were killed at once: every trace of one owner, whatever port it had.

import { GUARD_SCRIPT } from "./guard-script.ts";
import { asRoot, type RedirectInput } from "./plan.ts";

export type CleanupPlan = { argv: readonly string[]; summary: string };

/** Idempotent. The run exits 1 with a `FAIL` line where something could not be removed. */
export function planCleanup(input: Pick<RedirectInput, "ownerUid" | "isRoot" | "elevation">): CleanupPlan {
  const { ownerUid } = input;
  return {
    argv: asRoot(["/bin/sh", "-c", GUARD_SCRIPT, "metacred-redirect", "clean", String(ownerUid)], input),
    summary:
      `removes the nft tables metacred_${ownerUid}, the iptables chains METACRED_${ownerUid}_*, ` +
      "and the emulated addresses from lo unless another user's redirect needs them",
  };
}
