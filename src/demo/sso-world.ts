// Who may sign in to the mock's IAM Identity Center, what they get there, and every client, code and token alive.
import { randomBytes } from "node:crypto";

export type SsoAccount = { accountId: string; accountName: string; roles: readonly string[] };

export type SsoOptions = {
  accounts?: readonly SsoAccount[];
  clientSeconds?: number;
  deviceSeconds?: number;
  /** What a device is told to wait between two questions. */
  intervalSeconds?: number;
};

/** What the person at the browser does: lets everything in, refuses everything, or never comes back. */
export type Consent = "allow" | "deny" | "ignore";

export type SsoClient = {
  clientId: string;
  clientSecret: string;
  scopes: readonly string[];
  grantTypes: readonly string[];
  expiresAt: Date;
};

export type Grant = { clientId: string; expiresAt: Date };
export type CodeGrant = Grant & { redirectUri: string; challenge: string };
export type DeviceGrant = Grant & {
  userCode: string;
  state: "pending" | "allowed" | "denied";
  /** Asking again before this is too fast. */
  nextPollAt: Date;
};
export type AccessToken = Grant & { scopes: readonly string[] };

export type SsoWorld = {
  accounts: readonly SsoAccount[];
  seconds: Required<Omit<SsoOptions, "accounts">>;
  consent: Consent;
  user: string;
  clients: Map<string, SsoClient>;
  codes: Map<string, CodeGrant>;
  devices: Map<string, DeviceGrant>;
  accessTokens: Map<string, AccessToken>;
  refreshTokens: Map<string, Grant>;
};

/** The knobs of the sign-in, beside those that every service has. */
export type SsoControls = {
  consent(next: Consent): void;
  /** Every access token given out so far is worth nothing from now on. */
  endAccessTokens(): void;
  /** As when an administrator ends the session: the refresh tokens go, too. */
  endSessions(): void;
};

export const ACCOUNT_SCOPE = "sso:account:access";

const ACCOUNTS: readonly SsoAccount[] = [
  { accountId: "111122223333", accountName: "development", roles: ["Developer", "ReadOnly"] },
  { accountId: "222233334444", accountName: "production", roles: ["ReadOnly"] },
];

export function createSsoWorld({ accounts = ACCOUNTS, ...seconds }: SsoOptions = {}): SsoWorld {
  return {
    accounts,
    seconds: {
      clientSeconds: 90 * 86_400,
      deviceSeconds: 600,
      intervalSeconds: 1,
      ...seconds,
    },
    consent: "allow",
    user: "alice",
    clients: new Map(),
    codes: new Map(),
    devices: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
  };
}

export function ssoControls(world: SsoWorld): SsoControls {
  return {
    consent: (next) => void (world.consent = next),
    endAccessTokens: () => world.accessTokens.clear(),
    endSessions() {
      world.accessTokens.clear();
      world.refreshTokens.clear();
    },
  };
}

export function randomText(bytes = 32): string {
  return randomBytes(bytes).toString("base64url");
}

export function laterBy(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
