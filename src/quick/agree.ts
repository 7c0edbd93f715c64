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
    await askFor(error.confirm, question(error.confirm), error.hint);
  }
  return task(true);
}

function protectedWords(name: string): string {
  return `${name} is protected. Type its name to use it: `;
}

async function askFor(name: string, question: string, hint: string | undefined): Promise<void> {
  process.stderr.write(question);
  const answer = await readLine();
  if (answer.trim() === name) return;
  throw new CliError(`that is not "${name}": nothing was changed`, {
    hint,
    exit: EXIT.usage,
  });
}

function readLine(): Promise<string> {
  const { stdin } = process;
  return new Promise((resolve) => {
    let text = "";
    const done = () => {
      stdin.off("data", onData);
      stdin.off("end", done);
      stdin.pause();
      resolve(text.split("\n")[0] ?? "");
    };
    const onData = (bytes: Buffer) => {
      text += bytes.toString("utf8");
      if (text.includes("\n")) done();
    };
    stdin.on("data", onData);
    stdin.on("end", done);
    // A list before it may have paused the input.
    stdin.resume();
  });
}
