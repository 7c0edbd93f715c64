// A person signs in, by `login`, or because `serve` or `use` on a terminal found that somebody must.
import type { Context } from "../context.ts";
import type { LoginOptions } from "../daemon/sign-in.ts";
import { CliError, EXIT } from "../errors.ts";
import { loadEngine } from "../load-engine.ts";
import { tell } from "../print.ts";
import { timeLeft } from "./instant.ts";

export async function signIn(context: Context, options: LoginOptions): Promise<void> {
  const { runLogin } = await loadEngine();
  const { word, until, renews, shared } = await runLogin(context, options, sayNotice);
  const left = timeLeft(until.toISOString(), context.clock.now());
  const how = shared ? " by another metacred" : "";
  const life = renews ? "renewed by itself from now on" : `for ${left}`;
  await tell(`signed in to "${word}"${how}, ${life}\n`);
}

/** Runs the task; where it says that somebody must sign in first, and somebody is there, that comes first. */
export async function signingInFirst<T>(context: Context, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    const name = context.interactive ? nameToSignInTo(error) : undefined;
    if (name === undefined) throw error;
    await signIn(context, { name, deviceCode: false, browser: true });
    return task();
  }
}

export function sayNotice(text: string): void {
  void tell(`${text}\n`);
}

const HINT = "metacred login ";

// The hint may come from the daemon, as words.
function nameToSignInTo(error: unknown): string | undefined {
  if (!(error instanceof CliError) || error.exit !== EXIT.needsPerson) return undefined;
  return error.hint?.startsWith(HINT) === true ? error.hint.slice(HINT.length) : undefined;
}
