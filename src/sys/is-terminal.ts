export const STDIN = 0;
export const STDOUT = 1;
export const STDERR = 2;

/** Asks the system. Node's streams know it too, but make a pipe non-blocking for all who have it (see print.ts). */
export function isTerminal(descriptor: number): boolean {
  return process.getBuiltinModule("node:tty").isatty(descriptor);
}
