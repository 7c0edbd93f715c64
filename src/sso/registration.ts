// The registered client of a sign-in, kept until it ends: AWS limits how often one may register.
import type { Flow, SsoClient, SsoOidc } from "../aws/sso-oidc.ts";
import { type SsoSession, ssoKey } from "../aws/sso-session.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { Clock } from "../sys/clock.ts";

export type Registrations = {
  client(session: SsoSession, flow: Flow, signal: AbortSignal): Promise<SsoClient>;
  /** A new one in place of one that AWS does not know any more. */
  renew(session: SsoSession, flow: Flow, signal: AbortSignal): Promise<SsoClient>;
};

type Deps = { store: SecretStore; oidc: Pick<SsoOidc, "register">; clock: Pick<Clock, "now"> };

// A client that ends tomorrow would take its refresh token with it.
const LEAST_LIFE_MS = 24 * 3_600_000;

export function createRegistrations({ store, oidc, clock }: Deps): Registrations {
  const nameOf = (session: SsoSession, flow: Flow) => `sso-client ${flow} ${ssoKey(session)}`;
  const renew: Registrations["renew"] = async (session, flow, signal) => {
    const client = await oidc.register(session, flow, signal);
    await store.set(nameOf(session, flow), JSON.stringify(client));
    return client;
  };
  return {
    renew,
    async client(session, flow, signal) {
      const kept = readClient(await store.get(nameOf(session, flow)));
      const isLong = kept !== undefined && kept.expiresAt.getTime() - clock.now().getTime() > LEAST_LIFE_MS;
      return isLong ? kept : renew(session, flow, signal);
    },
  };
}

function readClient(text: string | undefined): SsoClient | undefined {
  try {
    const { clientId, clientSecret, expiresAt } = JSON.parse(text ?? "null") as Record<string, string>;
    if (!clientId || !clientSecret || !expiresAt) return undefined;
    return { clientId, clientSecret, expiresAt: new Date(expiresAt) };
  } catch {
    return undefined;
  }
}
