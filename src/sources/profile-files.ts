// The AWS config and credentials files, read afresh each time by the SDK's own parser.
import { loadSharedConfigFiles } from "@smithy/core/config";
import type { Profiles } from "../roles/profiles.ts";

/** Profiles of both files; `aws configure` writes keys to the second, which wins as in every SDK. */
export async function loadProfiles(): Promise<Profiles> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const merged: Record<string, Record<string, string | undefined>> = {};
  for (const [name, section] of [...Object.entries(configFile), ...Object.entries(credentialsFile)]) {
    // Sections of other kinds, such as sso-session and services, stand under names with a dot.
    if (name.startsWith("sso-session.") || name.startsWith("services.")) continue;
    merged[name] = { ...merged[name], ...section };
  }
  return merged;
}
