// CreateToken: a code, an approved device or a refresh token for an access token.
import { createHash } from "node:crypto";
import type { JsonResult } from "./rest-json.ts";
import type { Fault } from "./service.ts";
import { ACCOUNT_SCOPE, type SsoClient, type SsoWorld, laterBy, randomText } from "./sso-world.ts";

type Parameters = Readonly<Record<string, unknown>>;
type Done = JsonResult;

const ACCESS_TOKEN_SECONDS = 3600;

export function createToken(parameters: Parameters, world: SsoWorld, now: Date): Done {
  const client = clientOf(parameters, world, now);
  if ("fault" in client) return client;
  switch (parameters["grantType"]) {
    case "authorization_code":
      return fromCode(parameters, client, world, now);
    case "urn:ietf:params:oauth:grant-type:device_code":
      return fromDevice(parameters, client, world, now);
    case "refresh_token":
      return fromRefreshToken(parameters, client, world, now);
    default:
      return refuse("UnsupportedGrantTypeException", "Unsupported grant type");
  }
}

/** Who asks, by the registration's id and secret. */
export function clientOf(parameters: Parameters, world: SsoWorld, now: Date): SsoClient | { fault: Fault } {
  const client = world.clients.get(String(parameters["clientId"]));
  if (client === undefined || client.clientSecret !== parameters["clientSecret"] || client.expiresAt <= now) {
    return { fault: { status: 401, code: "InvalidClientException", message: "Invalid client" } };
  }
  return client;
}

export function refuse(code: string, message: string): { fault: Fault } {
  return { fault: { status: 400, code, message } };
}

function fromCode(parameters: Parameters, client: SsoClient, world: SsoWorld, now: Date): Done {
  const code = String(parameters["code"]);
  const grant = world.codes.get(code);
  // A code works once, also for whoever brings a wrong verifier (RFC 7636, section 4.6).
  world.codes.delete(code);
  const challenge = createHash("sha256").update(String(parameters["codeVerifier"])).digest("base64url");
  const fits =
    grant !== undefined &&
    grant.clientId === client.clientId &&
    grant.redirectUri === parameters["redirectUri"] &&
    grant.challenge === challenge &&
    grant.expiresAt > now;
  return fits ? issue(client, world, now) : refuse("InvalidGrantException", "Invalid grant provided");
}

function fromDevice(parameters: Parameters, client: SsoClient, world: SsoWorld, now: Date): Done {
  const deviceCode = String(parameters["deviceCode"]);
  const grant = world.devices.get(deviceCode);
  if (grant === undefined || grant.clientId !== client.clientId) {
    return refuse("InvalidGrantException", "Invalid device code provided");
  }
  if (grant.expiresAt <= now) return refuse("ExpiredTokenException", "Invalid device code provided: it has expired");
  const isFast = now < grant.nextPollAt;
  grant.nextPollAt = laterBy(now, world.seconds.intervalSeconds);
  switch (grant.state) {
    case "pending":
      return isFast
        ? refuse("SlowDownException", "Slow down to obtain a token")
        : refuse("AuthorizationPendingException", "Authorization pending");
    case "denied":
      return refuse("AccessDeniedException", "The person denied the request");
    case "allowed":
      world.devices.delete(deviceCode);
      return issue(client, world, now);
  }
}

function fromRefreshToken(parameters: Parameters, client: SsoClient, world: SsoWorld, now: Date): Done {
  const token = String(parameters["refreshToken"]);
  const grant = world.refreshTokens.get(token);
  if (grant === undefined || grant.clientId !== client.clientId) {
    return refuse("InvalidGrantException", "Invalid refresh token provided");
  }
  // Each works once: two that refresh at the same time without a lock sign each other out.
  world.refreshTokens.delete(token);
  return issue(client, world, now);
}

function issue(client: SsoClient, world: SsoWorld, now: Date): Done {
  const { clientId, scopes, grantTypes } = client;
  const accessToken = `aoa${randomText(48)}`;
  const expiresIn = ACCESS_TOKEN_SECONDS;
  // A client that names no scope is one of the old kind: it may see accounts, and gets no refresh token.
  const granted = scopes.length === 0 ? [ACCOUNT_SCOPE] : scopes;
  world.accessTokens.set(accessToken, { clientId, scopes: granted, expiresAt: laterBy(now, expiresIn) });
  const result = { accessToken, tokenType: "Bearer", expiresIn };
  if (scopes.length === 0 || !grantTypes.includes("refresh_token")) return { result };
  const refreshToken = `aor${randomText(48)}`;
  world.refreshTokens.set(refreshToken, { clientId, expiresAt: laterBy(now, 90 * 86_400) });
  return { result: { ...result, refreshToken } };
}
