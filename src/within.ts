// What a credential_process is told by whoever runs it: for which AWS profiles that is, so that a metacred in it does not
// run it again. Part of the quick commands.
import type { Environment } from "./paths.ts";

export const WITHIN = "METACRED_WITHIN";

/** The profiles whose credential_process this process is part of. */
export function profilesWithin(env: Environment): string[] {
  return env[WITHIN]?.split("\n").filter((name) => name !== "") ?? [];
}
