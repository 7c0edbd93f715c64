// The question before a protected role: its name must be typed, so that no habit of pressing Enter answers it.
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";

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
  process.stderr.write(question);
  const answer = readLine();
  if (answer.trim() === name) return;
  throw new CliError(`that is not "${name}": nothing was changed`, {
    hint,
    exit: EXIT.usage,
  });
}

// One line and no byte more, without node's streams: what is typed ahead belongs to the command that `exec` becomes.
function readLine(): string {
  const { closeSync, openSync, readSync } = process.getBuiltinModule("node:fs");
  const terminal = openSync("/dev/tty", "r");
  try {
    const line = new Uint8Array(4096);
    return new TextDecoder().decode(line.subarray(0, readSync(terminal, line, 0, line.length, null)));
  } finally {
    closeSync(terminal);
  }
}
