// Whether somebody who connects to a page of ours on loopback is this user, for a command that lives as long as that page.
import { callerIdentity, type CallerFinder, createCallerFinder } from "../callers/find-caller.ts";
import { openLibproc } from "../callers/libproc.ts";
import type { Context } from "../context.ts";
import type { HttpPeer } from "../http/server.ts";
import { openLibc } from "../sys/libc.ts";
import { openLibSystem } from "../sys/libsystem.ts";

/** `unknown`: on macOS another user's process; elsewhere one that is gone. `own`: everybody where the system tells no uid. */
export type Connector = "own" | "other" | "unknown";

/** root may act for everybody. */
export function whoConnects(
  { platform, uid }: Pick<Context, "platform" | "uid">,
  find: CallerFinder = callerFinder(platform),
): (peer: HttpPeer) => Connector {
  if (callerIdentity(platform) === "none") return () => "own";
  return (peer) => {
    const caller = find(peer).uid;
    if (caller === undefined) return "unknown";
    return caller === uid || caller === 0 ? "own" : "other";
  };
}

// --- internal ---

function callerFinder(platform: NodeJS.Platform): CallerFinder {
  const system = openLibSystem(platform);
  return createCallerFinder({ platform, libc: openLibc(platform), libproc: system && openLibproc(system) });
}
