// The daemon's hold on root's part of the redirect: a pipe. A line makes it apply anew, the end undoes everything.
import { CliError, EXIT } from "../errors.ts";
import { GUARD_AGAIN, type GuardLine, parseGuardLine, type RedirectTool } from "../redirect/plan.ts";
import type { Clock } from "../sys/clock.ts";
import type { RootPipe } from "./root-pipe.ts";

export type Guard = {
  method: RedirectTool;
  /** Asks root's part to apply its rules once more, as after somebody flushed them. */
  again(): void;
  /** Has everything undone; resolves when root's part has ended, or after `limitMs`. */
  down(limitMs: number): Promise<boolean>;
  /** Resolves when root's part has ended, whoever ended it. */
  ended: Promise<void>;
};

const ANSWER_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 1000;
const CLOSING_LOOK_MS = 10;

/** Background: the parent started root's part with the other end of this descriptor as its standard input. */
export async function guardOnDescriptor(fd: number, method: RedirectTool, clock: Clock): Promise<Guard> {
  const ended = Promise.withResolvers<void>();
  const handlers = { data() {}, close: () => ended.resolve(), error: () => ended.resolve() };
  // Half-open: after our end of it we still wait for root's part to close its own. `fd` is missing in bun-types.
  const where = { fd, allowHalfOpen: true, socket: handlers } as unknown as Bun.UnixSocketOptions;
  return guardOnWire(await Bun.connect(where), ended.promise, method, clock);
}

/**
 * Installed: a connection to root's socket starts root's part, and its end ends it. Undefined where nothing listens;
 * throws with exit 5 where root's part says why it cannot.
 */
export async function guardOnSocket(file: string, request: string, clock: Clock): Promise<Guard | undefined> {
  const talk = await askSocket(file, request, clock);
  if (talk === undefined) return undefined;
  const { wire, said, ended } = talk;
  if (said !== undefined && "up" in said) return guardOnWire(wire, ended, said.up, clock);
  wire.terminate();
  throw new CliError(`the redirect could not be set up: ${said?.failed ?? "the installed part does not answer"}`, {
    hint: "metacred net install, or metacred serve --no-redirect",
    exit: EXIT.needsPrivilege,
  });
}

/** Has the installed part remove every trace. False where nothing listens, or not all could be removed. */
export async function cleanBySocket(file: string, clock: Clock): Promise<boolean> {
  const talk = await askSocket(file, "clean", clock);
  talk?.wire.terminate();
  return talk !== undefined && talk.said === undefined;
}

type Talk = { wire: Bun.Socket; said: GuardLine | undefined; ended: Promise<void> };

// Waits for the first line that root's part says, or for its end.
async function askSocket(file: string, request: string, clock: Clock): Promise<Talk | undefined> {
  const ended = Promise.withResolvers<void>();
  const said = Promise.withResolvers<GuardLine | undefined>();
  let text = "";
  const over = () => {
    ended.resolve();
    said.resolve(undefined);
  };
  const cancel = clock.after(ANSWER_LIMIT_MS, () => said.resolve({ failed: "the installed part does not answer" }));
  const wire = await Bun.connect({
    unix: file,
    allowHalfOpen: true,
    socket: {
      data(_, bytes) {
        text += bytes.toString();
        for (const line of text.split("\n").slice(0, -1)) {
          const known = parseGuardLine(line);
          if (known !== undefined) said.resolve(known);
        }
      },
      end: over,
      close: over,
      error: over,
    },
  }).catch(() => undefined);
  if (wire === undefined) cancel();
  else wire.write(`${request}\n`);
  return wire && { wire, said: await said.promise.finally(cancel), ended: ended.promise };
}

function guardOnWire(wire: Bun.Socket, ended: Promise<void>, method: RedirectTool, clock: Clock): Guard {
  return {
    method,
    again: () => void wire.write(GUARD_AGAIN),
    async down(limitMs) {
      wire.shutdown();
      const isOver = await within(ended, limitMs, clock);
      wire.end();
      return isOver;
    },
    ended,
  };
}

/** `net up`: root's part reads a named pipe, see root-pipe.ts. */
export function guardOnPipe(pipe: RootPipe, method: RedirectTool, clock: Clock): Guard {
  const ended = Promise.withResolvers<void>();
  const write = (text: string) => {
    if (!pipe.write(text)) ended.resolve();
  };
  // A pipe's writer is not told when the reader goes, so an empty line is tried now and then: root's part ignores it.
  let cancel = () => {};
  const look = () => {
    write("\n");
    cancel = clock.after(LOOK_EVERY_MS, look);
  };
  look();
  void ended.promise.then(() => cancel());
  return {
    method,
    again: () => write(GUARD_AGAIN),
    down(limitMs) {
      cancel();
      const over = Promise.withResolvers<void>();
      pipe.close();
      const wait = () => (pipe.isRead() ? void clock.after(CLOSING_LOOK_MS, wait) : over.resolve());
      wait();
      return within(over.promise, limitMs, clock).finally(() => pipe.forget());
    },
    ended: ended.promise,
  };
}

/** Foreground: root's part is a child of ours. */
export function guardOfChild(
  child: { stdin: Bun.FileSink; exited: Promise<number> },
  method: RedirectTool,
  clock: Clock,
): Guard {
  const ended = child.exited.then(() => undefined);
  return {
    method,
    again() {
      say(() => child.stdin.write(GUARD_AGAIN));
      say(() => child.stdin.flush());
    },
    down(limitMs) {
      say(() => child.stdin.end());
      return within(ended, limitMs, clock);
    },
    ended,
  };
}

// Bun throws, or rejects, where nobody reads any more. `ended` tells that, a moment later perhaps: in between it must not
// end the daemon.
function say(act: () => unknown): void {
  void Promise.try(act).catch(() => undefined);
}

function within(promise: Promise<void>, limitMs: number, clock: Clock): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, () => resolve(false));
    void promise.then(() => {
      cancel();
      resolve(true);
    });
  });
}
