// Credentials that would come from metacred itself: found, and said in words.
import { CliError } from "../errors.ts";
import { type BaseSpec, describeBase } from "../roles/role-spec.ts";
import type { BaseSource } from "../sources/base.ts";

export type LoopWatch = {
  /** Something is being fetched, so a request of this machine may be the fetch's own. */
  possible(): boolean;
  seen(): void;
};

// A request that the emulator refused as coming from a fetch's own process explains why that fetch then failed.
export function watchLoops(source: BaseSource): LoopWatch & { source: BaseSource } {
  let fetching = 0;
  let seen = 0;
  return {
    possible: () => fetching > 0,
    seen: () => void seen++,
    async source(base, region) {
      const seenBefore = seen;
      fetching++;
      try {
        return await source(base, region);
      } catch (error) {
        throw seen > seenBefore ? loopError(base, error) : error;
      } finally {
        fetching--;
      }
    },
  };
}

// --- internal ---

function loopError(base: BaseSpec, cause: unknown): CliError {
  return new CliError(
    `the credentials of ${describeBase(base)} come from 169.254.169.254, which is metacred itself: a loop`,
    { hint: "give it a source that does not ask the metadata service", cause },
  );
}
