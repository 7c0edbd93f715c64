// What `net plan` and `net status` print for people.
import { shellCommand } from "../shell-text.ts";
import type { NetPlan, NetStatus } from "./net-client.ts";

export function renderPlan({ argv, summary }: NetPlan): string {
  return `${summary.replaceAll(/^/gm, "# ")}\n${shellCommand(argv)}\n`;
}

export function renderStatus(status: NetStatus): string {
  return rowsOf(status)
    .map(([name, value]) => `${name.padEnd(9)}  ${value}\n`)
    .join("");
}

function rowsOf({ daemon, redirect, installed, alias, leftovers, foreign }: NetStatus): [string, string][] {
  return [
    ["daemon", daemon ? "running" : "not running (metacred serve --background)"],
    ["redirect", redirectText(redirect)],
    ["alias", alias ? "169.254.169.254/32 is on the loopback interface" : "none"],
    ...(leftovers
      ? [["leftovers", "of a metacred that was killed, or of another user's: metacred net down"] as [string, string]]
      : []),
    ["installed", installed ? "yes: nobody is asked for a password" : "no (metacred net install)"],
    ...(foreign === null ? [] : [["foreign", `169.254.169.254 is answered by ${foreign}`] as [string, string]]),
  ];
}

function redirectText(redirect: NetStatus["redirect"]): string {
  if (redirect === null || redirect.method === "none") return "none";
  const health = redirect.healthy ? "requests arrive" : "requests do not arrive (metacred net up)";
  return redirect.root_part === "ended"
    ? `${redirect.method}, ${health}; root's part has ended (metacred net up)`
    : `${redirect.method}, ${health}`;
}
