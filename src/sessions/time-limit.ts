import { CliError } from "../errors.ts";
import type { Clock } from "../sys/clock.ts";

type Limits = {
  /** The role's, for words. */
  name: string;
  limitMs: number;
  clock: Pick<Clock, "after">;
  /** Ends the wait before the limit. */
  abandoned: AbortSignal;
};

/** Runs `task` until its limit at most: then it has failed, whatever it still does. */
export function withTimeLimit<T>(
  { name, limitMs, clock, abandoned }: Limits,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  return new Promise((resolve, reject) => {
    const end = (why: string) => {
      abort.abort();
      reject(new CliError(`no credentials for "${name}" ${why}`, { hint: "metacred status" }));
    };
    const cancel = clock.after(limitMs, () => end(`within ${Math.round(limitMs / 1000)} s`));
    abandoned.addEventListener("abort", () => end("before the network changed"), { once: true });
    task(abort.signal).then(resolve, reject).finally(cancel);
  });
}
