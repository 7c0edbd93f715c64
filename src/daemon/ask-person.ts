// A person is needed: said once on the desktop, whichever of many processes finds it first, until somebody signs in.
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../config/schema.ts";
import type { Context } from "../context.ts";
import { type CliError, EXIT } from "../errors.ts";
import { type BaseSpec, signInKey } from "../roles/role-spec.ts";
import { showNotice } from "../sys/desktop-notice.ts";

/** Needs of another kind, such as a keychain to be unlocked: what is found good was read from there. */
const OTHER = "keychain";

type Person = Pick<Context, "env" | "platform" | "paths">;

/** What a failed fetch asks of a person; nothing where it asks nothing. */
export function askPerson(base: BaseSpec, error: CliError, config: Config, person: Person): void {
  const key = signInKey(base);
  if (key === undefined || error.exit !== EXIT.needsPerson) return;
  const words = error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
  sayOnce(helpsLogin(error) ? key : OTHER, words, config, person);
}

/** The role that is served cannot be renewed without a code. */
export function askCode({ message, needs }: CliError, config: Config, person: Person): void {
  if (needs?.kind === "mfa") sayOnce(deviceKey(needs.device), `${message}: ${CODE_COMMAND}`, config, person);
}

/** What answers a daemon that waits for a code. */
export const CODE_COMMAND = "metacred login";

export function deviceKey(device: string): string {
  return createHash("sha256").update(`mfa ${device}`).digest("hex").slice(0, 24);
}

/** The next need is said again. */
export function personAnswered(key: string, stateDir: string): void {
  for (const need of [key, OTHER]) rmSync(markerOf(need, stateDir), { force: true });
}

/** Whether signing in is what helps; an `exit` of 4 alone may be a keychain to be unlocked. */
export function helpsLogin({ hint, exit }: CliError): boolean {
  return exit === EXIT.needsPerson && /^(metacred|aws) login /.test(hint ?? "");
}

function sayOnce(key: string, words: string, config: Config, { env, platform, paths }: Person): void {
  const isFirst = mark(markerOf(key, paths.stateDir));
  if (isFirst && config.notify.desktop) showNotice(words, env, platform);
}

function markerOf(key: string, stateDir: string): string {
  return join(stateDir, `asked-${key}`);
}

function mark(marker: string): boolean {
  try {
    mkdirSync(dirname(marker), { recursive: true, mode: 0o700 });
    writeFileSync(marker, "", { mode: 0o600, flag: "wx" });
    return true;
  } catch {
    return false;
  }
}
