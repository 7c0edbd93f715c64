// What a task failed with, as the person would see it.
import { CliError } from "../../src/errors.ts";

export type Failure = { message: string; hint: string | undefined; exit: number };

/** Throws where the task succeeds, and what the task threw where that is no `CliError`. */
export async function failureOf(task: () => unknown): Promise<Failure> {
  try {
    await task();
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { message: error.message, hint: error.hint, exit: error.exit };
  }
  throw new Error("did not fail");
}
