// A port that need not be a certain one, as behind a redirect: the first free of a row.
import type { CliError } from "../errors.ts";

type Row = {
  first: number;
  last: number;
  /** The error where none of them is free. */
  taken(port: number, cause: unknown): CliError;
};

const ROW_LENGTH = 50;
const LAST_PORT = 65_535;

export function nextPort(port: number): number {
  return Math.min(port + 1, LAST_PORT);
}

export function lastOfRow(first: number): number {
  return Math.min(first + ROW_LENGTH, LAST_PORT);
}

/** `listen` throws what Bun does where a port is taken. */
export function onNextFreePort<T>({ first, last, taken }: Row, listen: (port: number) => T): T {
  for (let port = first; ; port++) {
    try {
      return listen(port);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
      if (port >= last) throw taken(port, error);
    }
  }
}
