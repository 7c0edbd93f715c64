// The person at the terminal is asked for a code; the one given by --mfa-code comes before that.
import type { Context } from "../context.ts";
import type { MfaPrompt } from "../daemon/mfa-prompt.ts";

const TRIES = 3;

export function mfaPrompt({ interactive }: Pick<Context, "interactive">, given: string | undefined): MfaPrompt {
  let left = given;
  let asked = 0;
  return async (device, problem) => {
    const code = left;
    left = undefined;
    if (code !== undefined) return code;
    // Who gave a code as a flag runs a script.
    if (!interactive || given !== undefined || asked++ >= TRIES) return undefined;
    if (problem !== undefined) process.stderr.write(`metacred: ${problem}\n`);
    return readLine(`code of ${device}: `);
  };
}

/** Undefined at the end of input. */
async function readLine(question: string): Promise<string | undefined> {
  const { createInterface } = await import("node:readline");
  // Not as a terminal: that would take Ctrl-C away from the program.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  process.stderr.write(question);
  return new Promise((resolve) => {
    lines.once("line", (line) => {
      resolve(line.trim());
      lines.close();
    });
    lines.once("close", () => resolve(undefined));
  });
}
