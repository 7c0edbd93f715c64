// The one error that is shown to a person: what failed, then what to type next.

/** Exit codes of the contract. `exec` adds the child's own code. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notRunning: 3,
  needsPerson: 4,
  needsPrivilege: 5,
  awsRefused: 6,
  /** As env(1) has them, for `exec`. */
  notRunnable: 126,
  noSuchCommand: 127,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type ErrorDetails = {
  /** The command to type next, or what to change. Shown behind `try: `. */
  hint?: string | undefined;
  exit?: ExitCode | undefined;
  /** The name that a person must type, or confirm by --yes, for it to be done after all. */
  confirm?: string | undefined;
  /** What a person would have to give. */
  needs?: Need | undefined;
  /** For a background refresh: what its source said about trying again. */
  again?: Again | undefined;
  cause?: unknown;
};

export type Need = { kind: "mfa"; /** Serial number or ARN. */ device: string };

export type Again = {
  /** The source asked for that much patience. */
  afterMs?: number | undefined;
  /** What has to change may change soon, and asking costs nobody anything. */
  withinMs?: number | undefined;
  /** The source no longer has what it gave before: that must not be served any more either. */
  gone?: boolean | undefined;
};

/** An expected failure. `message` is a lower-case sentence without a full stop; it never holds a secret. */
export class CliError extends Error {
  readonly hint: string | undefined;
  readonly exit: ExitCode;
  readonly confirm: string | undefined;
  readonly needs: Need | undefined;
  readonly again: Again | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "CliError";
    this.hint = details.hint;
    this.exit = details.exit ?? EXIT.failure;
    this.confirm = details.confirm;
    this.needs = details.needs;
    this.again = details.again;
  }

  // The binary holds this file twice, once for each of its entry points, and an error crosses from one to the other.
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "CliError";
  }
}

/** The error's own sentence, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
