// Whether the AWS profile [default] has credentials of its own: every SDK asks it before a container endpoint.
import type { Context } from "../context.ts";

export async function defaultProfileHasCredentials({ env, home }: Pick<Context, "env" | "home">): Promise<boolean> {
  const files = [
    env["AWS_CONFIG_FILE"] || `${home}/.aws/config`,
    env["AWS_SHARED_CREDENTIALS_FILE"] || `${home}/.aws/credentials`,
  ];
  return (await Promise.all(files.map(read))).some(definesCredentials);
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

async function read(file: string): Promise<string> {
  try {
    return await Bun.file(file).text();
  } catch {
    return "";
  }
}
