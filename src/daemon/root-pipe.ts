// A named pipe between a daemon that runs already and a part of root's that somebody else starts: `net up`. Only the
// daemon writes, so that the pipe ends with it. A descriptor cannot be handed to another process in Bun, a name can.
import { closeSync, constants, openSync, rmSync, statSync, writeSync } from "node:fs";
import { CliError } from "../errors.ts";

export type RootPipe = {
  /** False where nobody reads any more. */
  write(text: string): boolean;
  /** The only writer goes: root's part undoes everything. */
  close(): void;
  /** Whether root's part still has it open. */
  isRead(): boolean;
  forget(): void;
};

/** A pipe that is held open for both ends until root's part has come, or `drop` is called. */
export type OfferedPipe = { taken(): RootPipe; drop(): void };

// open(2), Linux: a descriptor that only names the file, through which the pipe is found after its name is gone.
const O_PATH = 0o10000000;

/** `file` is a named pipe in a folder that only the owner enters. */
export function offerPipe(file: string): OfferedPipe {
  if (!statSync(file).isFIFO()) throw new CliError(`${file} is no pipe`, { hint: `rm ${file}` });
  const name = openSync(file, O_PATH);
  const self = `/proc/self/fd/${name}`;
  const both = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
  const write = () => openSync(self, constants.O_WRONLY | constants.O_NONBLOCK);
  return {
    taken() {
      const writer = write();
      closeSync(both);
      rmSync(file, { force: true });
      return {
        write: (text) => succeeds(() => writeSync(writer, text)),
        close: () => closeSync(writer),
        // Fails with ENXIO where there is no reader.
        isRead: () => succeeds(() => closeSync(write())),
        forget: () => closeSync(name),
      };
    },
    drop() {
      closeSync(both);
      closeSync(name);
      rmSync(file, { force: true });
    },
  };
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
