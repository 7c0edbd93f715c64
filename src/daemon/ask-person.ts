// A person is needed: said once on the desktop, whichever of many processes finds it first, until somebody signs in.
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
export function askPerson(base: BaseSpec, error: CliError, config: Config, { env, platform, paths }: Person): void {
  const key = signInKey(base);
  if (key === undefined || error.exit !== EXIT.needsPerson) return;
  const isFirst = mark(markerOf(helpsLogin(error) ? key : OTHER, paths.stateDir));
  const words = error.hint === undefined ? error.message : `${error.message}: ${error.hint}`;
  if (isFirst && config.notify.desktop) showNotice(words, env, platform);
}

/** The next need is said again. */
export function personAnswered(key: string, stateDir: string): void {
  for (const need of [key, OTHER]) rmSync(markerOf(need, stateDir), { force: true });
}

/** Whether signing in is what helps; an `exit` of 4 alone may be a keychain to be unlocked. */
export function helpsLogin({ hint, exit }: CliError): boolean {
  return exit === EXIT.needsPerson && /^(metacred|aws) login /.test(hint ?? "");
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
