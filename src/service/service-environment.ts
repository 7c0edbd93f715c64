// What of the person's environment the service is to have as well: a service manager starts with next to none of it.
import type { Environment } from "../paths.ts";

// Where things are, never what they hold: a unit file is readable, and keys and tokens do not belong in it.
const TAKEN = [
  "PATH",
  "XDG_CONFIG_HOME",
  "XDG_STATE_HOME",
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
  "AWS_CA_BUNDLE",
  "AWS_PROFILE",
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_SIGNIN",
  "AWS_ENDPOINT_URL_SSO",
  "AWS_ENDPOINT_URL_SSO_OIDC",
  "AWS_ENDPOINT_URL_STS",
  "AWS_LOGIN_CACHE_DIRECTORY",
  "AWS_USE_DUALSTACK_ENDPOINT",
  "AWS_USE_FIPS_ENDPOINT",
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "NO_PROXY",
  "no_proxy",
] as const;

// systemd tells the service where its sockets belong; launchd knows no such folder.
const TAKEN_ON_DARWIN = [...TAKEN, "XDG_RUNTIME_DIR"] as const;

/** `configFile` is that of --config or METACRED_CONFIG, in full. A proxy with a password in it is left out. */
export function serviceEnvironment(
  env: Environment,
  configFile: string | undefined,
  platform: NodeJS.Platform,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of platform === "darwin" ? TAKEN_ON_DARWIN : TAKEN) {
    const value = env[name];
    if (value && !hasPassword(value)) environment[name] = value;
  }
  if (configFile !== undefined) environment["METACRED_CONFIG"] = configFile;
  return environment;
}

function hasPassword(value: string): boolean {
  return /^\w+:\/\/[^/]*@/.test(value);
}
