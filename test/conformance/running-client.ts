// A client that goes on running, and is asked again and again which key it would sign with.
import { lineReader } from "../support/line-reader.ts";
import { PATH } from "../support/world.ts";
import { type Said, readSaid, REGION, TOLD_NOTHING } from "./ask-client.ts";
import type { Prepared } from "./prepare.ts";

export type RunningClient = AsyncDisposable & {
  /** `value` is an access key id. */
  ask(): Promise<Said>;
};

const ANSWER_LIMIT_MS = 10_000;
const SILENT = `no answer within ${ANSWER_LIMIT_MS / 1000} s`;

/** `env` wins over what every client is told. */
export function startClient({ argv }: Prepared, env: Record<string, string>): RunningClient {
  const child = Bun.spawn([...argv, "follow"], {
    env: { PATH, ...TOLD_NOTHING, ...REGION, ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const line = lineReader(child.stdout);
  return {
    async ask() {
      void child.stdin.write("\n");
      await child.stdin.flush();
      const late = AbortSignal.timeout(ANSWER_LIMIT_MS);
      const tooLate = new Promise<"late">((resolve) => late.addEventListener("abort", () => resolve("late")));
      const printed = await Promise.race([line(), tooLate]);
      return printed === "late" ? { ok: false, value: "", detail: SILENT } : readSaid(printed ?? "");
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** It stands still, which is another thing than an error. */
export function isSilent({ detail }: Said): boolean {
  return detail === SILENT;
}
