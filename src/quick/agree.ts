// The question before a protected role: its name must be typed, so that no habit of pressing Enter answers it.
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { readLine } from "./read-line.ts";

/** Runs a task; where it needs a person's agreement, asks for it on the terminal and runs it again with it. */
export async function withAgreement<T>(
  context: Pick<Context, "interactive">,
  granted: boolean,
  task: (granted: boolean) => Promise<T>,
  question = protectedWords,
): Promise<T> {
  try {
    return await task(granted);
  } catch (error) {
    if (!(error instanceof CliError) || error.confirm === undefined || !context.interactive) throw error;
    askFor(error.confirm, question(error.confirm), error.hint);
  }
  return task(true);
}

function protectedWords(name: string): string {
  return `${name} is protected. Type its name to use it: `;
}

function askFor(name: string, question: string, hint: string | undefined): void {
  if (readLine(question) === name) return;
  throw new CliError(`that is not "${name}": nothing was changed`, {
    hint,
    exit: EXIT.usage,
  });
}
