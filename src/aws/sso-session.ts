import { createHash } from "node:crypto";

/** One sign-in: a `[sso-session]` of the AWS config, or what a legacy profile says of it. */
export type SsoSession = {
  /** Name of the `[sso-session]`; undefined for the legacy form. */
  name: string | undefined;
  startUrl: string;
  region: string;
  scopes: readonly string[];
};

/** What lets a token ask for accounts, roles and credentials. */
export const ACCOUNT_SCOPE = "sso:account:access";

/** Those of the session, and what metacred cannot do without; the latter brings a refresh token, too. */
export function scopesOf({ scopes }: SsoSession): string[] {
  return [...new Set([ACCOUNT_SCOPE, ...scopes])];
}

/** Names the sign-in in stores and file names. Two that differ in anything never share a token. */
export function ssoKey({ name, startUrl, region, scopes }: SsoSession): string {
  const text = JSON.stringify([name ?? null, startUrl, region, scopes.toSorted()]);
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}

/** What `metacred login` is to be told. */
export function loginWord(session: SsoSession, profile: string | undefined): string {
  return session.name ?? profile ?? session.startUrl;
}
