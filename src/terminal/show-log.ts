// The daemon's log file as it is, or as it grows. It is data: it goes to stdout.
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { loadEngine } from "../load-engine.ts";
import { print } from "../print.ts";
import { untilReaderGone } from "../sys/reader-gone.ts";

const CHUNK_BYTES = 65_536;
const LAST_LINES = 10;
const TAIL_BYTES = 16_384;
const LOOK_EVERY_MS = 250;

export async function showLog({ paths, uid }: Pick<Context, "paths" | "uid">, follow: boolean): Promise<number> {
  // Read by the engine: the config's schema in here would slow every command down.
  const { logTarget } = await loadEngine();
  if (logTarget(paths, uid) === "syslog") {
    throw new CliError("the log goes to the system's own log", { hint: "journalctl -t metacred" });
  }
  const file = paths.logFile;
  const descriptor = openLog(file);
  if (descriptor === undefined) {
    throw new CliError(`there is no log yet at ${file}`, { hint: "metacred serve --background" });
  }
  for await (const bytes of follow ? growing(file, descriptor) : unread(descriptor, 0)) {
    if (!(await print(bytes))) break;
  }
  return EXIT.ok;
}

// --- internal ---

/** The last lines, then each new one. */
async function* growing(file: string, first: number): AsyncGenerator<Uint8Array> {
  let descriptor = first;
  let position = startOfLastLines(descriptor);
  const gone = untilReaderGone().then(() => "gone");
  for (;;) {
    position = yield* unread(descriptor, position);
    const next = inodeOf(file) === fstatSync(descriptor).ino ? undefined : openLog(file);
    if (next === undefined) {
      const later = new Promise<string>((resolve) => setTimeout(() => resolve("later"), LOOK_EVERY_MS));
      if ((await Promise.race([later, gone])) === "gone") return;
      continue;
    }
    // Rotated: what was written to the old file meanwhile comes first; the new one is shown from its beginning.
    yield* unread(descriptor, position);
    closeSync(descriptor);
    descriptor = next;
    position = 0;
  }
}

/** What stands behind `position`, piece by piece; returns where the end is. A file that was cut short is begun anew. */
function* unread(descriptor: number, position: number): Generator<Uint8Array, number> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  let at = fstatSync(descriptor).size < position ? 0 : position;
  for (;;) {
    const length = readSync(descriptor, buffer, 0, CHUNK_BYTES, at);
    if (length === 0) return at;
    at += length;
    yield buffer.subarray(0, length);
  }
}

function startOfLastLines(descriptor: number): number {
  const { size } = fstatSync(descriptor);
  const from = Math.max(0, size - TAIL_BYTES);
  const tail = Buffer.alloc(size - from);
  readSync(descriptor, tail, 0, tail.length, from);
  let at = tail.length - 1;
  for (let lines = 0; lines < LAST_LINES && at >= 0; lines++) at = at === 0 ? -1 : tail.lastIndexOf("\n", at - 1);
  return from + at + 1;
}

function openLog(file: string): number | undefined {
  try {
    return openSync(file, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new CliError(`cannot read ${file}`, { hint: `ls -l ${file}`, cause: error });
  }
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}
