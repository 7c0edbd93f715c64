// A redirect's plan as data: what would run as root, and how to say it to the person whose password is asked for.

import { CliError, EXIT } from "../errors.ts";

export type RedirectMethod = "auto" | "nft" | "iptables";

export type RedirectInput = {
  method: RedirectMethod;
  /** Where the emulator listens on 127.0.0.1. */
  port: number;
  /** Whose processes are redirected; `*` is everybody on the machine. */
  users: readonly number[] | "*";
  /** The uid that every rule and table is named after. */
  ownerUid: number;
  isRoot: boolean;
  /** Absolute path, where there is one. Not needed by root. */
  sudo: string | undefined;
};

export type RedirectPlan = {
  argv: readonly string[];
  /** One or two lines for people: what root's part changes. */
  summary: string;
};

export type GuardLine = { up: "nft" | "iptables" } | { failed: string };

/** Written to the guard's standard input, makes it apply its rules anew. */
export const GUARD_AGAIN = "again\n";

// Told apart from other programs' prompts by its name. sudo(8): %p is the user whose password is asked for, which
// `targetpw` and `rootpw` make another one than the user who types.
const SUDO_PROMPT = "[metacred] password for %p: ";

/** What the guard says on stdout (`UP nft`) or stderr (`FAIL reason`); undefined for any other line. */
export function parseGuardLine(line: string): GuardLine | undefined {
  const text = line.trim();
  if (text === "UP nft") return { up: "nft" };
  if (text === "UP iptables") return { up: "iptables" };
  if (text === "FAIL" || text.startsWith("FAIL ")) return { failed: text.slice(5).trim() };
  return undefined;
}

/** The same command, as root. */
export function asRoot(
  argv: readonly string[],
  { isRoot, sudo }: Pick<RedirectInput, "isRoot" | "sudo">,
): readonly string[] {
  if (isRoot) return argv;
  if (sudo === undefined) {
    throw new CliError("the redirect needs root, and sudo is not installed", {
      hint: "metacred serve --no-redirect",
      exit: EXIT.needsPrivilege,
    });
  }
  return [sudo, "-p", SUDO_PROMPT, "--", ...argv];
}
