// Text to stdout and stderr without node's streams: making those takes longer than all the rest of a quick command.

/** To stdout. A reader that has gone, as in `metacred status | head -1`, is no failure. */
export async function print(text: string): Promise<void> {
  try {
    await put(Bun.stdout, text);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPIPE")) throw error;
  }
}

/** To stderr. */
export async function tell(text: string): Promise<void> {
  await put(Bun.stderr, text);
}

// Not Bun.write: where stdout is a file, writing an empty text empties that file.
async function put(file: Bun.BunFile, text: string): Promise<void> {
  const sink = file.writer();
  await sink.write(text);
  await sink.flush();
}
