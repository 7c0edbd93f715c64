// The redirect on Linux: one run of the guard script by root, which lives as long as its standard input.

import { GUARD_SCRIPT } from "./guard-script.ts";
import {
  aliasWord,
  asRoot,
  type CleanupPlan,
  type RedirectInput,
  type RedirectPlan,
  type RedirectTarget,
  type Root,
  wrongMethod,
} from "./plan.ts";

const TOOL_WORDS = {
  auto: "nftables, else iptables",
  nft: "nftables",
  iptables: "iptables",
} as const;

/** Throws where root is needed and there is no way to become root. */
export function planRedirect(input: RedirectInput): RedirectPlan {
  const { targets, users, ownerUid, containers } = input;
  const whose = users === "*" ? "every user" : `uid ${[...new Set(users)].join(", ")}`;
  const { method, who, words } = wordsOf(input);
  const argv = ["/bin/sh", "-c", GUARD_SCRIPT, "metacred-redirect", method, who, String(ownerUid), ...words];
  return {
    argv: asRoot(argv, input),
    summary:
      `adds ${targets.map(aliasWord).join(" and ")} to lo and sends ` +
      `${targets.map(sentence).join(", ")} for processes of ${whose} ` +
      `(${TOOL_WORDS[method]})\n` +
      (containers === undefined
        ? ""
        : `and port 80 of ${targets[0].address} to port ${containers} of its own bridge for each container ` +
          "on a bridge of Docker's or Podman's\n") +
      "undone when metacred ends, however it ends",
  };
}

/** Idempotent. The run exits 1 with a `FAIL` line where something could not be removed. */
export function planCleanup(input: Pick<RedirectInput, "ownerUid"> & Root): CleanupPlan {
  const { ownerUid } = input;
  return {
    argv: asRoot(["/bin/sh", "-c", GUARD_SCRIPT, "metacred-redirect", "clean", String(ownerUid)], input),
    summary:
      `removes the nft tables metacred_${ownerUid}, the iptables chains METACRED_${ownerUid}_*, ` +
      "and the emulated addresses from lo unless another user's redirect needs them",
  };
}

/** The line that asks an installed part of root's for the same. Needs no way to become root. */
export function redirectRequest(input: Omit<RedirectInput, "isRoot" | "elevation">): string {
  const { method, who, words } = wordsOf(input);
  return [method, who, ...words].join(" ");
}

function wordsOf({ method, users, targets, containers }: Omit<RedirectInput, "isRoot" | "elevation">) {
  if (method === "pf") throw wrongMethod(method, "nft or iptables");
  const who = users === "*" ? "all" : [...new Set(users)].join(",");
  const more = containers === undefined ? [] : [`containers=${containers}`];
  return { method, who, words: [...targets.map(({ address, port }) => `${address}=${port}`), ...more] };
}

function sentence({ address, port }: RedirectTarget, index: number): string {
  const whose = index === 0 ? "its port 80" : `port 80 of ${address}`;
  return `${whose} to ${address.includes(":") ? "[::1]" : "127.0.0.1"}:${port}`;
}
