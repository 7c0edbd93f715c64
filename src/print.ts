// Text to stdout and stderr, by plain writes. Node's streams and Bun's sinks make a pipe non-blocking for everybody who
// has it and leave it so (oven-sh/bun#33827): in `{ metacred status; terraform plan; } | tee log` the second would fail.
// They also take longer to make than all the rest of a quick command.
import { CliError, messageOf } from "./errors.ts";

/** To stdout. False where the reader has gone, as in `metacred status | head -1`, which is no failure. */
export async function print(data: string | Uint8Array): Promise<boolean> {
  try {
    await put(Bun.stdout, data);
    return true;
  } catch (error) {
    if (isReaderGone(error)) return false;
    throw new CliError(`the output could not be written: ${messageOf(error)}`, { hint: "df -h", cause: error });
  }
}

/** To stderr. What was done stays done though nobody can be told. */
export async function tell(text: string): Promise<void> {
  await put(Bun.stderr, text).catch(() => undefined);
}

// --- internal ---

function isReaderGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}

async function put(file: Bun.BunFile, data: string | Uint8Array): Promise<void> {
  // Where stdout is a file, writing an empty text would empty that file.
  if (data.length > 0) await Bun.write(file, data);
}
