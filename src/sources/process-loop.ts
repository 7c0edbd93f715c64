// A credential_process that runs metacred for its own profile would start itself again and again, each process under the
// one before, until the machine has no room for another. It is told what it is part of, and metacred then refuses.
import { AsyncLocalStorage } from "node:async_hooks";
import { CliError, EXIT } from "../errors.ts";
import type { Environment } from "../paths.ts";
import type { BaseSpec } from "../roles/role-spec.ts";
import { WITHIN, profilesWithin } from "../within.ts";

const asked = new AsyncLocalStorage<{ profile: string; loop?: CliError }>();
const LOOP = "runs metacred, which would run it again: a loop";

export function refuseLoop(base: BaseSpec, within: readonly string[]): void {
  if (base.kind === "profile" && within.includes(base.profile)) throw loopError(base.profile);
}

/** Runs `task`; what it starts by way of the SDK knows for which profile that is. */
export async function forProfile<T>(profile: string, task: () => Promise<T>): Promise<T> {
  const asking: { profile: string; loop?: CliError } = { profile };
  try {
    return await asked.run(asking, task);
  } catch (error) {
    // The SDK makes an error of its own of ours.
    throw asking.loop ?? error;
  }
}

/** The environment of a credential_process. */
export function processEnvironment(env: Environment): Environment {
  const asking = asked.getStore();
  return asking === undefined ? env : { ...env, [WITHIN]: [...profilesWithin(env), asking.profile].join("\n") };
}

/** What a credential_process has failed with, where it was our own refusal in it. */
export function loopIn(stderr: string): CliError | undefined {
  const asking = asked.getStore();
  if (asking === undefined || !stderr.includes(LOOP)) return undefined;
  return (asking.loop = loopError(asking.profile));
}

// --- internal ---

function loopError(profile: string): CliError {
  return new CliError(`the credential_process of the AWS profile "${profile}" ${LOOP}`, {
    hint: `correct credential_process of "${profile}" in the AWS config file`,
    exit: EXIT.usage,
  });
}
