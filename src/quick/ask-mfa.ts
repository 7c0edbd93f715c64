// The person at the terminal is asked for a code; the one given by --mfa-code comes before that.
import type { Context } from "../context.ts";
import type { MfaPrompt } from "../daemon/mfa-prompt.ts";
import { tell } from "../print.ts";
import { readLine } from "./read-line.ts";

const TRIES = 3;

// Whether somebody is there is looked up when it counts: it takes a module, and most switches need no code.
export function mfaPrompt(context: Pick<Context, "interactive">, given: string | undefined): MfaPrompt {
  let left = given;
  let asked = 0;
  return async (device, problem) => {
    const code = left;
    left = undefined;
    if (code !== undefined) return code;
    // Who gave a code as a flag runs a script.
    if (!context.interactive || given !== undefined || asked++ >= TRIES) return undefined;
    if (problem !== undefined) await tell(`metacred: ${problem}\n`);
    return readLine(`code of ${device}: `);
  };
}
