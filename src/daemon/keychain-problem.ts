// Whether the keychain can be used, where something is to be kept in it.
import type { Config } from "../config/schema.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import type { Profiles } from "../roles/profiles.ts";
import { createKeychain } from "../secrets/keychain.ts";
import type { DoctorFacts } from "./doctor-findings.ts";

const LIMIT_MS = 4000;

/** A locked one cannot be told from an empty one by asking: the daemon says it when it misses what it wrote. */
export async function keychainProblem(
  { env, paths: { stateDir } }: Pick<Context, "env" | "paths">,
  { secrets, sources }: Pick<Config, "secrets" | "sources">,
  profiles: Profiles,
): Promise<DoctorFacts["keychain"]> {
  if (secrets.store !== "keychain" || !isNeeded(sources, profiles)) return undefined;
  try {
    return (await createKeychain({ env, stateDir, limitMs: LIMIT_MS }).get("doctor")) === "absent"
      ? "absent"
      : undefined;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return "silent";
  }
}

// Sign-ins and keys of IAM users rest in it; sessions are only kept there for a quicker start.
function isNeeded(sources: Config["sources"], profiles: Profiles): boolean {
  const usesKeys = Object.values(sources).some((source) => "keychain" in source);
  const signsIn = Object.values(profiles).some((profile) => profile["sso_session"] ?? profile["sso_start_url"]);
  return usesKeys || signsIn;
}
