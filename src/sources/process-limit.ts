// The AWS SDK runs a credential_process by an `exec` that it lets callers replace: here it gets a time limit.
import { externalDataInterceptor } from "@smithy/core/config";
import { loopIn, processEnvironment } from "./process-loop.ts";
import { endWithProcess, runLimited } from "./run-limited.ts";

type ExecCallback = (error: Error | null, output?: { stdout: string; stderr: string }) => void;

/** From now on the SDK's process provider runs its commands here. `limitMs` as Go's `DefaultTimeout`, a minute. */
export function limitCredentialProcesses(limitMs: number): void {
  const record = externalDataInterceptor.getTokenRecord() as Record<string, unknown>;
  endWithProcess();
  // Not async itself: the SDK promisifies it, and a warning about that would end up on stderr.
  record["exec"] = (command: string, done: ExecCallback) => void runAndTell(command, limitMs, done);
}

async function runAndTell(command: string, limitMs: number, done: ExecCallback): Promise<void> {
  const how = { env: processEnvironment(process.env), explain: loopIn };
  const outcome = await runLimited(command, "credential_process", limitMs, how).catch((error: Error) => error);
  if (outcome instanceof Error) done(outcome);
  else done(null, outcome);
}
