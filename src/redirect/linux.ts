// The redirect on Linux: one run of the guard script by root, which lives as long as its standard input.

import { GUARD_SCRIPT } from "./guard-script.ts";
import { asRoot, type RedirectInput, type RedirectMethod, type RedirectPlan } from "./plan.ts";

const TOOL_WORDS: Record<RedirectMethod, string> = {
  auto: "nftables, else iptables",
  nft: "nftables",
  iptables: "iptables",
};

/** Throws where root is needed and there is no way to become root. */
export function planRedirect(input: RedirectInput): RedirectPlan {
  const { method, port, users, ownerUid } = input;
  const uids = users === "*" ? [] : [...new Set(users)];
  const who = users === "*" ? "all" : uids.join(",");
  const whose = users === "*" ? "every user" : `uid ${uids.join(", ")}`;
  return {
    argv: asRoot(
      ["/bin/sh", "-c", GUARD_SCRIPT, "metacred-redirect", method, String(port), who, String(ownerUid)],
      input,
    ),
    summary:
      `adds 169.254.169.254/32 to lo and sends its port 80 to 127.0.0.1:${port} for processes of ${whose} ` +
      `(${TOOL_WORDS[method]})\nundone when metacred ends, however it ends`,
  };
}
