// A real pseudo-terminal with a program in it, driven as a person would.
import { untilTrue } from "./until.ts";

export type TestTerminal = AsyncDisposable & {
  /** Everything shown so far. */
  screen(): string;
  type(text: string): void;
  untilShown(text: string, limitMs?: number): Promise<void>;
  /** Presses a key until it has had its effect: sudo misses one that comes just before it begins to read. */
  pressUntilShown(key: string, text: string): Promise<void>;
  /** As closing the window does: the program's session gets SIGHUP. */
  close(): void;
  kill(signal: NodeJS.Signals): void;
  exited: Promise<number>;
};

const AGAIN_MS = 500;

export function openTerminal(
  argv: readonly string[],
  env: Record<string, string>,
  cwd: string,
  { cols, rows } = { cols: 120, rows: 40 },
): TestTerminal {
  let shown = "";
  const decoder = new TextDecoder();
  const child = Bun.spawn([...argv], {
    env: { TERM: "xterm", ...env },
    cwd,
    terminal: {
      cols,
      rows,
      data(_terminal, bytes) {
        shown += decoder.decode(bytes, { stream: true });
      },
    },
  });
  return {
    screen: () => shown,
    type: (text) => void child.terminal?.write(text),
    async untilShown(text, limitMs) {
      await untilTrue(`the terminal shows "${text}", not: ${shown}`, () => shown.includes(text), limitMs);
    },
    async pressUntilShown(key, text) {
      let pressedMs = Number.NEGATIVE_INFINITY;
      const press = () => {
        if (performance.now() - pressedMs < AGAIN_MS) return;
        pressedMs = performance.now();
        child.terminal?.write(key);
      };
      await untilTrue(`the terminal shows "${text}", not: ${shown}`, () => shown.includes(text) || (press(), false));
    },
    close: () => child.terminal?.close(),
    kill: (signal) => child.kill(signal),
    exited: child.exited,
    async [Symbol.asyncDispose]() {
      child.terminal?.close();
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
