// A keychain that is locked is waited for, where somebody is there to unlock it, or to press Ctrl-C.
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { LOCKED_HINT } from "../secrets/secret-store.ts";
import { sayNotice } from "./sign-in.ts";

const AGAIN_MS = 1000;

export async function whenUnlocked<T>(context: Pick<Context, "interactive">, task: () => Promise<T>): Promise<T> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await task();
    } catch (error) {
      if (!context.interactive || !isLocked(error)) throw error;
      if (isFirst) sayNotice(`metacred: ${error.message}: waiting until you unlock it (Ctrl-C gives up)`);
    }
    await Bun.sleep(AGAIN_MS);
  }
}

// It may come from the daemon, as words.
function isLocked(error: unknown): error is CliError {
  return error instanceof CliError && error.exit === EXIT.needsPerson && error.hint === LOCKED_HINT;
}
