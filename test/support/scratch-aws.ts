// AWS files and variables of the test's own in place of the machine's, put back when the test ends. The SDK and Bun's
// fetch read `process.env` themselves, so nothing less will do; tests of one file run one after the other.
import { type ScratchFolder, scratchFolder } from "./scratch-folder.ts";

export type ScratchAws = ScratchFolder & {
  /** Sets a variable until the end of the test. */
  set(name: string, value: string): void;
};

export type ScratchAwsOptions = {
  config?: string;
  credentials?: string;
  /** Endpoint of every service. */
  url?: string;
};

// All that the SDK or fetch would take from the machine.
const FOREIGN = /^(AWS_|METACRED_|XDG_|SSL_CERT)|_proxy$/i;

/** `using files = scratchAws({ config, credentials, url: aws.url })`. */
export function scratchAws({ config = "", credentials = "", url }: ScratchAwsOptions = {}): ScratchAws {
  const folder = scratchFolder();
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (FOREIGN.test(name)) delete process.env[name];
  const ours: Record<string, string> = {
    HOME: folder.path,
    AWS_CONFIG_FILE: folder.file(".aws/config", config),
    AWS_SHARED_CREDENTIALS_FILE: folder.file(".aws/credentials", credentials),
    // No test may reach the real AWS: without a mock there is nothing at the other end.
    AWS_ENDPOINT_URL: url ?? "http://127.0.0.1:9",
    AWS_EC2_METADATA_DISABLED: "true",
  };
  Object.assign(process.env, ours);
  return {
    ...folder,
    set: (name, value) => void (process.env[name] = value),
    [Symbol.dispose]() {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
      folder[Symbol.dispose]();
    },
  };
}

/** A section of the credentials file. */
export function keysSection(name: string, keys: Keys): string {
  const token = keys.sessionToken === undefined ? "" : `aws_session_token = ${keys.sessionToken}\n`;
  const { accessKeyId, secretAccessKey } = keys;
  return `[${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n${token}`;
}

type Keys = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };
