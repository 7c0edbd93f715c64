// A named pipe between a daemon that runs already and a part of root's that somebody else starts: `net up`. Only the
// daemon writes, so that the pipe ends with it. A descriptor cannot be handed to another process in Bun, a name can.
import { closeSync, constants, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
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
export function offerPipe(file: string, platform: NodeJS.Platform): OfferedPipe {
  if (!statSync(file).isFIFO()) throw new CliError(`${file} is no pipe`, { hint: `rm ${file}` });
  const kept = platform === "linux" ? keptByDescriptor(file) : keptByName(file);
  const both = openSync(file, constants.O_RDWR | constants.O_NONBLOCK);
  const write = () => openSync(kept.name, constants.O_WRONLY | constants.O_NONBLOCK);
  return {
    taken() {
      kept.take();
      const writer = write();
      closeSync(both);
      return {
        write: (text) => succeeds(() => writeSync(writer, text)),
        close: () => closeSync(writer),
        // Fails with ENXIO where there is no reader.
        isRead: () => succeeds(() => closeSync(write())),
        forget: kept.forget,
      };
    },
    drop() {
      closeSync(both);
      kept.forget();
      rmSync(file, { force: true });
    },
  };
}

type Kept = { name: string; take(): void; forget(): void };

function keptByDescriptor(file: string): Kept {
  const descriptor = openSync(file, O_PATH);
  return {
    name: `/proc/self/fd/${descriptor}`,
    take: () => rmSync(file, { force: true }),
    forget: () => closeSync(descriptor),
  };
}

// Under another name while root's part has it, since `net up` begins by making a new one.
function keptByName(file: string): Kept {
  const name = `${file}.held`;
  return { name, take: () => renameSync(file, name), forget: () => rmSync(name, { force: true }) };
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
