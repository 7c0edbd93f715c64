// The redirect on macOS, as a plan: one run of the script by root, which lives as long as its standard input.

import { DARWIN_GUARD_SCRIPT } from "./darwin-script.ts";
import {
  aliasWord,
  asRoot,
  type CleanupPlan,
  type RedirectInput,
  type RedirectPlan,
  type Root,
  wrongMethod,
} from "./plan.ts";

/** Throws where root is needed and there is no way to become root. */
export function planRedirect(input: RedirectInput): RedirectPlan {
  const { targets, ownerUid } = input;
  const argv = ["/bin/sh", "-c", DARWIN_GUARD_SCRIPT, "metacred-redirect", String(ownerUid), ...wordsOf(input)];
  return {
    argv: asRoot(argv, input),
    summary:
      `adds ${targets.map(aliasWord).join(" and ")} to lo0 and sends port 80 of it to this machine's own ` +
      `${targets.map(({ port }) => port).join(", ")} by the pf anchor ${anchorOf(ownerUid)}\n` +
      "undone when metacred ends, however it ends",
  };
}

/** Idempotent. */
export function planCleanup(input: Pick<RedirectInput, "ownerUid"> & Root): CleanupPlan {
  const { ownerUid } = input;
  return {
    argv: asRoot(["/bin/sh", "-c", DARWIN_GUARD_SCRIPT, "metacred-redirect", String(ownerUid), "clean"], input),
    summary:
      `empties the pf anchor ${anchorOf(ownerUid)}, ` +
      "and removes the emulated addresses from lo0 unless another user's redirect needs them",
  };
}

/** The line that asks an installed part of root's for the same. Whose it is was fixed when it was installed. */
export function redirectRequest(input: Omit<RedirectInput, "isRoot" | "elevation">): string {
  return wordsOf(input).join(" ");
}

function wordsOf({ method, targets }: Omit<RedirectInput, "isRoot" | "elevation">): readonly string[] {
  if (method === "nft" || method === "iptables") throw wrongMethod(method, "pf");
  return targets.map(({ address, port }) => `${address}=${port}`);
}

function anchorOf(ownerUid: number): string {
  return `com.apple/250.metacred-${ownerUid}`;
}
