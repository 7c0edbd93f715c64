// A redirect's plan as data: what would run as root, and how to say it to the person whose password is asked for.

import { CliError, EXIT } from "../errors.ts";

export const REDIRECT_TOOLS = ["nft", "iptables", "pf"] as const;
export type RedirectTool = (typeof REDIRECT_TOOLS)[number];
export type RedirectMethod = "auto" | RedirectTool;

/** The addresses that root's part knows; it refuses every other. */
export type EmulatedAddress = "169.254.169.254" | "169.254.170.2" | "169.254.170.23" | "fd00:ec2::254" | "fd00:ec2::23";

/** Port 80 of `address` goes to `port` of 127.0.0.1, or of [::1] for an IPv6 address. */
export type RedirectTarget = { address: EmulatedAddress; port: number };

/** A program that runs another one as root, by its absolute path. */
export type Elevation = { program: "sudo" | "doas" | "pkexec"; path: string };

export type RedirectInput = {
  method: RedirectMethod;
  /** The first one's port is in the names of the rules: it tells a newer redirect from an older one of its owner. */
  targets: readonly [RedirectTarget, ...RedirectTarget[]];
  /** Whose processes are redirected; `*` is everybody on the machine. */
  users: readonly number[] | "*";
  /** Containers' port 80 of the emulated address goes to this port of their own bridge's address. */
  containers?: number | undefined;
  /** The uid that every rule and table is named after. */
  ownerUid: number;
  isRoot: boolean;
  /** Not needed by root. */
  elevation: Elevation | undefined;
};

export type RedirectPlan = {
  argv: readonly string[];
  /** One or two lines for people: what root's part changes. */
  summary: string;
};

/** What is left when daemon and guard were killed at once: every trace of one owner, whatever port it had. */
export type CleanupPlan = RedirectPlan;

/** How a command becomes root's. */
export type Root = Pick<RedirectInput, "isRoot" | "elevation">;

export type GuardLine = { up: RedirectTool } | { failed: string };

/** Written to the guard's standard input, makes it apply its rules anew. */
export const GUARD_AGAIN = "again\n";

// Told apart from other programs' prompts by its name. sudo(8): %p is the user whose password is asked for, which
// `targetpw` and `rootpw` make another one than the user who types.
const SUDO_PROMPT = "[metacred] password for %p: ";

/** What the guard says on stdout (`UP nft`) or stderr (`FAIL reason`); undefined for any other line. */
export function parseGuardLine(line: string): GuardLine | undefined {
  const text = line.trim();
  const up = REDIRECT_TOOLS.find((tool) => text === `UP ${tool}`);
  if (up !== undefined) return { up };
  if (text === "FAIL" || text.startsWith("FAIL ")) return { failed: text.slice(5).trim() };
  return undefined;
}

/** The first of sudo, doas and pkexec that `which` finds. pkexec comes last: it needs a desktop's agent to ask. */
export function findElevation(which: (program: string) => string | null): Elevation | undefined {
  for (const program of ["sudo", "doas", "pkexec"] as const) {
    const path = which(program);
    if (path !== null) return { program, path };
  }
  return undefined;
}

/** The same command, as root. */
export function asRoot(argv: readonly string[], { isRoot, elevation }: Root): readonly string[] {
  if (isRoot) return argv;
  switch (elevation?.program) {
    case undefined:
      throw new CliError("the redirect needs root, and none of sudo, doas and pkexec is installed", {
        hint: "metacred serve --no-redirect",
        exit: EXIT.needsPrivilege,
      });
    case "sudo":
      return [elevation.path, "-p", SUDO_PROMPT, "--", ...argv];
    case "doas":
      return [elevation.path, "--", ...argv];
    case "pkexec":
      return [elevation.path, ...argv];
  }
}

export function aliasWord({ address }: RedirectTarget): string {
  return `${address}/${address.includes(":") ? 128 : 32}`;
}

/** A method of another system in the configuration. */
export function wrongMethod(method: RedirectMethod, known: string): CliError {
  return new CliError(`redirect.method = "${method}" does not exist on this system`, {
    hint: `write ${known}, or leave it out`,
    exit: EXIT.usage,
  });
}
