// The AWS config and credentials files, read afresh each time by the SDK's own parser.
import { loadSharedConfigFiles } from "@smithy/core/config";
import type { Profiles } from "../roles/profiles.ts";

const SSO_SESSION = "sso-session.";

/** Profiles of both files; `aws configure` writes keys to the second, which wins as in every SDK. */
export async function loadProfiles(): Promise<Profiles> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const merged: Record<string, Record<string, string | undefined>> = {};
  for (const [name, section] of [...Object.entries(configFile), ...Object.entries(credentialsFile)]) {
    // Sections of other kinds, such as sso-session and services, stand under names with a dot.
    if (name.startsWith(SSO_SESSION) || name.startsWith("services.")) continue;
    merged[name] = { ...merged[name], ...section };
  }
  // A profile is what its sso-session says and, over that, what it says itself.
  for (const [name, profile] of Object.entries(merged)) {
    const session = profile["sso_session"];
    if (session !== undefined) merged[name] = { ...configFile[SSO_SESSION + session], ...profile };
  }
  return merged;
}

/** The `[sso-session]` sections by name, in the words of a profile that has nothing else. */
export async function loadSsoSessions(): Promise<Profiles> {
  const { configFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const sections = Object.entries(configFile).filter(([name]) => name.startsWith(SSO_SESSION));
  return Object.fromEntries(
    sections.map(([name, section]) => {
      const session = name.slice(SSO_SESSION.length);
      return [session, { ...section, sso_session: session }];
    }),
  );
}
