// The daemon's log: appended to, rotated at a size, a few old ones kept. 0600, like everything in the state folder.
import { appendFileSync, chmodSync, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

const ROTATE_AT_BYTES = 5 * 1024 * 1024;
const KEPT = 3;

/** A function that appends one line. A full disk or a lost folder must not end the daemon, so it never throws. */
export function openLogFile(file: string, rotateAtBytes = ROTATE_AT_BYTES): (line: string) => void {
  let size = prepare(file);
  return (line) => {
    const bytes = Buffer.from(`${line}\n`);
    try {
      if (size > 0 && size + bytes.length > rotateAtBytes) {
        rotate(file);
        size = 0;
      }
      appendFileSync(file, bytes, { mode: 0o600 });
      size += bytes.length;
    } catch {
      // Nowhere is left to say it.
    }
  };
}

function prepare(file: string): number {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const { size } = statSync(file);
    chmodSync(file, 0o600);
    return size;
  } catch {
    return 0;
  }
}

function rotate(file: string): void {
  for (let index = KEPT - 1; index >= 0; index--) {
    const from = index === 0 ? file : `${file}.${index}`;
    try {
      renameSync(from, `${file}.${index + 1}`);
    } catch {
      // Not so many old ones yet.
    }
  }
}
