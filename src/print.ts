// Text to stdout and stderr without node's streams: making those takes longer than all the rest of a quick command.
import { CliError, messageOf } from "./errors.ts";

/** To stdout. A reader that has gone, as in `metacred status | head -1`, is no failure. */
export async function print(text: string): Promise<void> {
  try {
    await put(Bun.stdout, text);
  } catch (error) {
    if (!isReaderGone(error)) throw outputError(error);
  }
}

/** To stderr. What was done stays done though nobody can be told. */
export async function tell(text: string): Promise<void> {
  await put(Bun.stderr, text).catch(() => undefined);
}

export function isReaderGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}

export function outputError(error: unknown): CliError {
  return new CliError(`the output could not be written: ${messageOf(error)}`, { hint: "df -h", cause: error });
}

// Not Bun.write: where stdout is a file, writing an empty text empties that file.
async function put(file: Bun.BunFile, text: string): Promise<void> {
  const sink = file.writer();
  await sink.write(text);
  await sink.flush();
}
