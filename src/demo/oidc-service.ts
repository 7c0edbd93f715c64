// SSO-OIDC: clients register, a person lets them in on a page, and they get tokens. The pages answer whoever opens them,
// as the knob `consent` says.
import { clientOf, createToken, refuse } from "./oidc-tokens.ts";
import { type JsonResult, bodyParameters, jsonAnswer, refuseJson, shownParameters } from "./rest-json.ts";
import type { MockRequest, MockService } from "./service.ts";
import { type SsoWorld, laterBy, randomText } from "./sso-world.ts";

const ACTIONS: Readonly<Record<string, string>> = {
  "POST /client/register": "RegisterClient",
  "POST /device_authorization": "StartDeviceAuthorization",
  "POST /token": "CreateToken",
  "GET /authorize": "Authorize",
  "GET /device": "VerifyDevice",
};
const PATHS = new Set(Object.keys(ACTIONS).map((line) => line.split(" ")[1]));
const CODE_SECONDS = 300;
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?\//;

export function oidcService(world: SsoWorld): MockService {
  return {
    serves: (path) => PATHS.has(path),
    read: (request) => ({ action: actionOf(request), parameters: shownParameters(parametersOf(request)) }),
    answer: (request, call, now) => jsonAnswer(act(call.action, request, world, now)),
    refuse: refuseJson,
  };
}

function actionOf({ method, path }: MockRequest): string {
  return ACTIONS[`${method} ${path}`] ?? "";
}

function parametersOf(request: MockRequest): Record<string, unknown> {
  return request.method === "GET"
    ? Object.fromEntries(new URLSearchParams(request.query))
    : bodyParameters(request.body);
}

function act(action: string, request: MockRequest, world: SsoWorld, now: Date): JsonResult {
  const parameters = parametersOf(request);
  switch (action) {
    case "RegisterClient":
      return registerClient(parameters, world, now);
    case "StartDeviceAuthorization":
      return startDevice(parameters, request, world, now);
    case "CreateToken":
      return createToken(parameters, world, now);
    case "Authorize":
      return authorize(parameters, world, now);
    case "VerifyDevice":
      return verifyDevice(parameters, world);
    default:
      return refuse("InvalidRequestException", "Unknown operation");
  }
}

function registerClient(parameters: Record<string, unknown>, world: SsoWorld, now: Date): JsonResult {
  const grantTypes = texts(parameters["grantTypes"]);
  const redirectUris = texts(parameters["redirectUris"]);
  if (parameters["clientType"] !== "public") return refuse("InvalidClientMetadataException", "clientType");
  if (grantTypes.includes("authorization_code") && typeof parameters["issuerUrl"] !== "string") {
    return refuse("InvalidRequestException", "issuerUrl is required");
  }
  if (!redirectUris.every((uri) => LOOPBACK.test(uri))) {
    return refuse("InvalidRedirectUriException", "redirectUris must be loopback addresses");
  }
  const client = {
    clientId: randomText(16),
    clientSecret: randomText(64),
    scopes: texts(parameters["scopes"]),
    grantTypes,
    expiresAt: laterBy(now, world.seconds.clientSeconds),
  };
  world.clients.set(client.clientId, client);
  const { clientId, clientSecret } = client;
  return {
    result: {
      clientId,
      clientSecret,
      clientIdIssuedAt: seconds(now),
      clientSecretExpiresAt: seconds(client.expiresAt),
    },
  };
}

function startDevice(
  parameters: Record<string, unknown>,
  request: MockRequest,
  world: SsoWorld,
  now: Date,
): JsonResult {
  const client = clientOf(parameters, world, now);
  if ("fault" in client) return client;
  const letters = randomText(32)
    .toUpperCase()
    .replaceAll(/[^A-Z]/g, "");
  const userCode = `${letters.slice(0, 4)}-${letters.slice(4, 8)}`;
  const deviceCode = randomText();
  const { deviceSeconds, intervalSeconds } = world.seconds;
  world.devices.set(deviceCode, {
    clientId: client.clientId,
    userCode,
    state: "pending",
    nextPollAt: now,
    expiresAt: laterBy(now, deviceSeconds),
  });
  const verificationUri = `http://${request.headers.get("host")}/device`;
  return {
    result: {
      deviceCode,
      userCode,
      verificationUri,
      verificationUriComplete: `${verificationUri}?user_code=${userCode}`,
      expiresIn: deviceSeconds,
      interval: intervalSeconds,
    },
  };
}

function verifyDevice(parameters: Record<string, unknown>, world: SsoWorld): JsonResult {
  const grant = [...world.devices.values()].find(({ userCode }) => userCode === parameters["user_code"]);
  if (grant === undefined) return refuse("InvalidRequestException", "There is no such code");
  if (world.consent === "ignore") return { page: "Sign in" };
  grant.state = world.consent === "allow" ? "allowed" : "denied";
  return { page: `Request ${grant.state}` };
}

function authorize(parameters: Record<string, unknown>, world: SsoWorld, now: Date): JsonResult {
  const { client_id: clientId, redirect_uri: redirectUri, state, code_challenge: challenge } = parameters;
  const client = world.clients.get(String(clientId));
  const isRight =
    client?.grantTypes.includes("authorization_code") === true &&
    parameters["response_type"] === "code" &&
    parameters["code_challenge_method"] === "S256" &&
    typeof challenge === "string" &&
    typeof redirectUri === "string" &&
    LOOPBACK.test(redirectUri);
  if (!isRight) return refuse("InvalidRequestException", "Invalid request");
  if (world.consent === "ignore") return { page: "Sign in" };
  const back = new URL(redirectUri);
  back.searchParams.set("state", String(state));
  if (world.consent === "deny") {
    back.searchParams.set("error", "access_denied");
    return { redirect: back.href };
  }
  const code = randomText();
  world.codes.set(code, { clientId: String(clientId), redirectUri, challenge, expiresAt: laterBy(now, CODE_SECONDS) });
  back.searchParams.set("code", code);
  return { redirect: back.href };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
