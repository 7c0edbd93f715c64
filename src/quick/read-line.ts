// One line of the terminal and no byte more, without node's streams: what is typed ahead belongs to the command that
// `exec` becomes, and node:readline in the quick half of the program would cost each `status` a twentieth of its time.
import { tell } from "../print.ts";
import { STDIN } from "../sys/is-terminal.ts";

/** Undefined at the end of input. */
export function readLine(question: string): string | undefined {
  const { closeSync, readSync } = process.getBuiltinModule("node:fs");
  const terminal = openTerminal();
  // Before the question: who sees it may press Ctrl-C at once.
  using _signals = ownSignals();
  void tell(question);
  try {
    const line = new Uint8Array(4096);
    const length = readSync(terminal, line, 0, line.length, null);
    return length === 0 ? undefined : new TextDecoder().decode(line.subarray(0, length)).trim();
  } finally {
    if (terminal !== STDIN) closeSync(terminal);
  }
}

// --- internal ---

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

// The terminal whatever stdin is; a terminal that does not control this process, and Windows, have only stdin.
function openTerminal(): number {
  try {
    return process.getBuiltinModule("node:fs").openSync("/dev/tty", "r");
  } catch {
    return STDIN;
  }
}

// No handler of ours can run while this waits: Ctrl-C has to end the process as if there were none.
function ownSignals(): Disposable {
  const handlers = SIGNALS.flatMap((signal) => process.listeners(signal).map((handler) => [signal, handler] as const));
  for (const [signal, handler] of handlers) process.off(signal, handler);
  return {
    [Symbol.dispose]() {
      for (const [signal, handler] of handlers) process.on(signal, handler);
    },
  };
}
