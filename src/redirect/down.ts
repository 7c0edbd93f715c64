// What is left when daemon and guard were killed at once: every trace of one owner, whatever port it had.

import { GUARD_SCRIPT } from "./guard-script.ts";
import { asRoot, type RedirectInput, type RedirectPlan } from "./plan.ts";

/** Idempotent. The run exits 1 with a `FAIL` line where something could not be removed. */
export function planCleanup(input: Pick<RedirectInput, "ownerUid" | "isRoot" | "sudo">): RedirectPlan {
  const { ownerUid } = input;
  return {
    argv: asRoot(["/bin/sh", "-c", GUARD_SCRIPT, "metacred-redirect", "clean", "0", "all", String(ownerUid)], input),
    summary:
      `removes the nft table metacred_${ownerUid}, the iptables chains METACRED_${ownerUid}_*, ` +
      "and 169.254.169.254/32 from lo unless another user's redirect needs it",
  };
}
