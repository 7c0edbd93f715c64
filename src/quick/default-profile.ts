// Whether the AWS profile [default] has credentials of its own: every SDK asks it before a container endpoint.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";

export function defaultProfileHasCredentials({ env, home }: Pick<Context, "env" | "home">): boolean {
  const files = [
    env["AWS_CONFIG_FILE"] || join(home, ".aws", "config"),
    env["AWS_SHARED_CREDENTIALS_FILE"] || join(home, ".aws", "credentials"),
  ];
  return files.some((file) => definesCredentials(read(file)));
}

/** Skims the text for the section and its keys. */
export function definesCredentials(text: string): boolean {
  let isDefault = false;
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[\s*(.*?)\s*\]/.exec(line)?.[1];
    if (heading !== undefined) isDefault = heading === "default" || heading === "profile default";
    else if (isDefault && SOURCE.test(line)) return true;
  }
  return false;
}

// --- internal ---

const SOURCE =
  /^(?:aws_access_key_id|role_arn|credential_process|web_identity_token_file|sso_session|sso_start_url|login_session)\s*=/;

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
