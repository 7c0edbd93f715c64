// Signing in at AWS: the calls of SSO-OIDC, with answers that say what to do next.
import {
  CreateTokenCommand,
  type CreateTokenCommandInput,
  RegisterClientCommand,
  SSOOIDCClient,
  StartDeviceAuthorizationCommand,
} from "@aws-sdk/client-sso-oidc";
import type { HttpHandler } from "@smithy/core/protocols";
import type { Environment } from "../paths.ts";
import type { Clock } from "../sys/clock.ts";
import { awsErrorCode } from "./explain.ts";
import { type SsoSession, scopesOf } from "./sso-session.ts";

export type SsoClient = { clientId: string; clientSecret: string; expiresAt: Date };
export type SsoTokens = { accessToken: string; expiresAt: Date; refreshToken: string | undefined };
export type Device = {
  deviceCode: string;
  userCode: string;
  verificationUri: string;
  verificationUriComplete: string;
  expiresAt: Date;
  intervalMs: number;
};
export type Flow = "browser" | "device";

export type Grant =
  | { grantType: "authorization_code"; code: string; redirectUri: string; codeVerifier: string }
  | { grantType: "refresh_token"; refreshToken: string }
  | { grantType: "urn:ietf:params:oauth:grant-type:device_code"; deviceCode: string };

export type SsoOidc = {
  register(session: SsoSession, flow: Flow, signal: AbortSignal): Promise<SsoClient>;
  startDevice(session: SsoSession, client: SsoClient, signal: AbortSignal): Promise<Device>;
  createToken(
    session: SsoSession,
    client: Pick<SsoClient, "clientId" | "clientSecret">,
    grant: Grant,
    signal: AbortSignal,
  ): Promise<SsoTokens>;
  /** Where a browser asks for consent. */
  authorizeUrl(session: SsoSession, parameters: Readonly<Record<string, string>>): Promise<string>;
};

/** Registered without a port: AWS takes any port for a loopback address (RFC 8252, section 7.3). */
const REDIRECT_URI = "http://127.0.0.1/oauth/callback";
const CLIENT_NAME = "metacred";
const DEFAULT_INTERVAL_SECONDS = 5;

export function createSsoOidc(
  requestHandler: HttpHandler<object>,
  env: Environment,
  clock: Pick<Clock, "now">,
): SsoOidc {
  const clientOf = ({ region }: SsoSession) => new SSOOIDCClient({ region, requestHandler });
  const inSeconds = (seconds: number) => new Date(clock.now().getTime() + seconds * 1000);
  return {
    async register(session, flow, abortSignal) {
      const grants = flow === "browser" ? "authorization_code" : "urn:ietf:params:oauth:grant-type:device_code";
      const answer = await clientOf(session).send(
        new RegisterClientCommand({
          clientName: CLIENT_NAME,
          clientType: "public",
          grantTypes: [grants, "refresh_token"],
          scopes: scopesOf(session),
          ...(flow === "browser" ? { redirectUris: [REDIRECT_URI], issuerUrl: session.startUrl } : {}),
        }),
        { abortSignal },
      );
      const { clientId, clientSecret, clientSecretExpiresAt = 0 } = answer;
      if (!clientId || !clientSecret) throw new Error("AWS registered no client");
      return { clientId, clientSecret, expiresAt: new Date(clientSecretExpiresAt * 1000) };
    },
    async startDevice(session, { clientId, clientSecret }, abortSignal) {
      const { startUrl } = session;
      const command = new StartDeviceAuthorizationCommand({ clientId, clientSecret, startUrl });
      const answer = await clientOf(session).send(command, { abortSignal });
      const { deviceCode, userCode, verificationUri } = answer;
      if (!deviceCode || !userCode || !verificationUri) throw new Error("AWS gave no device code");
      return {
        deviceCode,
        userCode,
        verificationUri,
        verificationUriComplete: answer.verificationUriComplete ?? verificationUri,
        expiresAt: inSeconds(answer.expiresIn ?? 600),
        intervalMs: (answer.interval || DEFAULT_INTERVAL_SECONDS) * 1000,
      };
    },
    async createToken(session, { clientId, clientSecret }, grant, abortSignal) {
      const input: CreateTokenCommandInput = { clientId, clientSecret, ...grant };
      const answer = await clientOf(session).send(new CreateTokenCommand(input), { abortSignal });
      if (!answer.accessToken || !answer.expiresIn) throw new Error("AWS answered without a token");
      return {
        accessToken: answer.accessToken,
        expiresAt: inSeconds(answer.expiresIn),
        refreshToken: answer.refreshToken || undefined,
      };
    },
    async authorizeUrl(session, parameters) {
      const query = new URLSearchParams({ ...parameters, scopes: scopesOf(session).join(" ") });
      return `${await endpointOf(clientOf(session), session.region, env)}/authorize?${query.toString()}`;
    },
  };
}

/** AWS's word for why there is no token, undefined where AWS was not heard at all. */
export type Refusal = "pending" | "slow-down" | "expired" | "denied" | "invalid" | undefined;

export function refusalOf(error: unknown): Refusal {
  switch (awsErrorCode(error)) {
    case "AuthorizationPendingException":
      return "pending";
    case "SlowDownException":
      return "slow-down";
    case "ExpiredTokenException":
      return "expired";
    case "AccessDeniedException":
      return "denied";
    case "InvalidClientException":
    case "InvalidGrantException":
    case "UnauthorizedClientException":
    case "InvalidRequestException":
      return "invalid";
    default:
      return undefined;
  }
}

// As the SDK's own calls find it, by the switches for FIPS and dual-stack, too.
async function endpointOf(client: SSOOIDCClient, region: string, env: Environment): Promise<string> {
  const named = env["AWS_ENDPOINT_URL_SSO_OIDC"] || env["AWS_ENDPOINT_URL"];
  const { endpointProvider, useFipsEndpoint, useDualstackEndpoint } = client.config;
  const [UseFIPS, UseDualStack] = await Promise.all([useFipsEndpoint(), useDualstackEndpoint()]);
  return (named || endpointProvider({ Region: region, UseFIPS, UseDualStack }).url.href).replace(/\/+$/, "");
}
