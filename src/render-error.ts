// How an error looks to a person. Apart from output.ts, since every quick command may need it.
import { CliError, messageOf } from "./errors.ts";
import { oneLine } from "./one-line.ts";

/** The two lines that a person sees for an error. */
export function renderError(error: unknown, debug: boolean): string {
  const trace = debug && error instanceof Error ? `\n${error.stack ?? ""}${causes(error)}` : "";
  if (error instanceof CliError) {
    const hint = error.hint === undefined ? "" : `\n  try: ${oneLine(error.hint)}`;
    return `metacred: ${oneLine(error.message)}${hint}${trace}\n`;
  }
  return `metacred: unexpected: ${oneLine(messageOf(error))}\n  try: METACRED_DEBUG=1, and report what it prints as a bug${trace}\n`;
}

function causes(error: Error): string {
  return error.cause instanceof Error ? `\ncaused by ${error.cause.stack ?? ""}${causes(error.cause)}` : "";
}
