// The AWS config and credentials files, read afresh each time by the SDK's own parser.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { getHomeDir, loadSharedConfigFiles } from "@smithy/core/config";
import { CliError, EXIT } from "../errors.ts";
import type { Environment } from "../paths.ts";
import type { Profiles } from "../roles/profiles.ts";

const SSO_SESSION = "sso-session.";

/** Where the config and the credentials of the AWS CLI are. */
export function profileFileNames(env: Environment): string[] {
  const home = getHomeDir();
  const named = [env["AWS_CONFIG_FILE"] || "~/.aws/config", env["AWS_SHARED_CREDENTIALS_FILE"] || "~/.aws/credentials"];
  // The SDK reads a tilde that no shell has read.
  return named.map((file) => (file.startsWith("~/") ? join(home, file.slice(2)) : file));
}

// Reading a pipe would wait for a writer, in a daemon that must answer.
async function readFiles(env: Environment): ReturnType<typeof loadSharedConfigFiles> {
  for (const file of profileFileNames(env)) {
    const entry = await stat(file).catch(() => undefined);
    // /dev/null is the usual word for "none".
    if (entry?.isFIFO() || entry?.isSocket() || entry?.isDirectory()) {
      throw new CliError(`${file} is not a file`, { hint: "correct AWS_CONFIG_FILE", exit: EXIT.usage });
    }
  }
  return loadSharedConfigFiles({ ignoreCache: true });
}

/** Profiles of both files; `aws configure` writes keys to the second, which wins as in every SDK. */
export async function loadProfiles(env: Environment): Promise<Profiles> {
  const { configFile, credentialsFile } = await readFiles(env);
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
export async function loadSsoSessions(env: Environment): Promise<Profiles> {
  const { configFile } = await readFiles(env);
  const sections = Object.entries(configFile).filter(([name]) => name.startsWith(SSO_SESSION));
  return Object.fromEntries(
    sections.map(([name, section]) => {
      const session = name.slice(SSO_SESSION.length);
      return [session, { ...section, sso_session: session }];
    }),
  );
}
