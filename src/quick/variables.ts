// Credentials as environment variables: what is set, and what would win over it and so is taken away.
import type { ContainerAnswer, CredentialsAnswer } from "../daemon/protocol.ts";
import type { Environment } from "../paths.ts";
import { seconds } from "./instant.ts";

export type Variables = Readonly<Record<string, string>>;

/** Any of these would make some SDK look elsewhere (the credential chains of the AWS SDKs and of boto 2). */
export const RIVALS: readonly string[] = [
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_CREDENTIAL_FILE",
  "AWS_DEFAULT_PROFILE",
  "AWS_PROFILE",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SECRET_KEY",
  "AWS_SECURITY_TOKEN",
  "AWS_SESSION_TOKEN",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
];

/** The keys themselves: understood by everything, never refreshed. */
export function keyVariables(answer: CredentialsAnswer): Variables {
  return {
    AWS_ACCESS_KEY_ID: answer.access_key_id,
    AWS_SECRET_ACCESS_KEY: answer.secret_access_key,
    AWS_SESSION_TOKEN: answer.session_token,
    ...(answer.expiration !== null && { AWS_CREDENTIAL_EXPIRATION: seconds(answer.expiration) }),
    ...regionVariables(answer.region),
  };
}

/** Where to get them, again and again. */
export function endpointVariables({ url, token, region, endpoint, token_file: file }: ContainerAnswer): Variables {
  return {
    ...(endpoint === "ecs"
      ? { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: new URL(url).pathname }
      : { AWS_CONTAINER_CREDENTIALS_FULL_URI: url }),
    // Never both of them: some SDKs take the one first, some the other.
    ...(file
      ? { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file }
      : token !== null && { AWS_CONTAINER_AUTHORIZATION_TOKEN: token }),
    ...regionVariables(region),
  };
}

/** `env` with `variables` and none of their rivals. */
export function withVariables(env: Environment, variables: Variables): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !RIVALS.includes(name)) kept[name] = value;
  }
  return { ...kept, ...variables };
}

// --- internal ---

// botocore knows only the second, all others the first.
function regionVariables(region: string | null): Variables {
  return region === null ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region };
}
