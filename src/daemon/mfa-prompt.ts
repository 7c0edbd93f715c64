// Asking for the code of an MFA device, and asking again where it was wrong.
import { CliError } from "../errors.ts";

/** `problem`: why the one before did not do. Undefined: nobody is there to give one. */
export type MfaPrompt = (device: string, problem: string | undefined) => Promise<string | undefined>;

/** Runs `task`, first without a code, then with each that `prompt` gets, until it no longer fails for want of one. */
export async function withMfaCode<T>(task: (code: string | undefined) => Promise<T>, prompt: MfaPrompt): Promise<T> {
  let code: string | undefined;
  for (;;) {
    try {
      return await task(code);
    } catch (error) {
      if (!(error instanceof CliError) || error.needs?.kind !== "mfa") throw error;
      code = await prompt(error.needs.device, code === undefined ? undefined : error.message);
      if (code === undefined) throw error;
    }
  }
}
