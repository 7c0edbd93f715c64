// The redirect on Linux: one run of the guard script by root, which lives as long as its standard input.

import { GUARD_SCRIPT } from "./guard-script.ts";
import { asRoot, type RedirectInput, type RedirectMethod, type RedirectPlan, type RedirectTarget } from "./plan.ts";

const TOOL_WORDS: Record<RedirectMethod, string> = {
  auto: "nftables, else iptables",
  nft: "nftables",
  iptables: "iptables",
};

/** Throws where root is needed and there is no way to become root. */
export function planRedirect(input: RedirectInput): RedirectPlan {
  const { method, targets, users, ownerUid, containers } = input;
  const whose = users === "*" ? "every user" : `uid ${[...new Set(users)].join(", ")}`;
  const [first = "", who = "", ...words] = wordsOf(input);
  return {
    argv: asRoot(["/bin/sh", "-c", GUARD_SCRIPT, "metacred-redirect", first, who, String(ownerUid), ...words], input),
    summary:
      `adds ${targets.map(({ address }) => alias(address)).join(" and ")} to lo and sends ` +
      `${targets.map(sentence).join(", ")} for processes of ${whose} ` +
      `(${TOOL_WORDS[method]})\n` +
      (containers === undefined
        ? ""
        : `and port 80 of ${targets[0].address} to port ${containers} of its own bridge for each container ` +
          "on a bridge of Docker's or Podman's\n") +
      "undone when metacred ends, however it ends",
  };
}

/** The line that asks an installed part of root's for the same. Needs no way to become root. */
export function redirectRequest(input: Omit<RedirectInput, "isRoot" | "elevation">): string {
  return wordsOf(input).join(" ");
}

function wordsOf({
  method,
  users,
  targets,
  containers,
}: Omit<RedirectInput, "isRoot" | "elevation">): readonly string[] {
  const who = users === "*" ? "all" : [...new Set(users)].join(",");
  const more = containers === undefined ? [] : [`containers=${containers}`];
  return [method, who, ...targets.map(({ address, port }) => `${address}=${port}`), ...more];
}

function alias(address: string): string {
  return `${address}/${address.includes(":") ? 128 : 32}`;
}

function sentence({ address, port }: RedirectTarget, index: number): string {
  const whose = index === 0 ? "its port 80" : `port 80 of ${address}`;
  return `${whose} to ${address.includes(":") ? "[::1]" : "127.0.0.1"}:${port}`;
}
