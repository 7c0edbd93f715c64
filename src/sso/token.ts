// A sign-in as it is kept, in the words of the AWS CLI's token cache, so that one form does for both.
import * as v from "valibot";
import type { SsoSession } from "../aws/sso-session.ts";

export type SsoToken = {
  accessToken: string;
  /** In this machine's own time. */
  expiresAt: Date;
  refreshToken: string | undefined;
  /** The registered client that the refresh token belongs to. */
  client: { clientId: string; clientSecret: string; expiresAt: Date } | undefined;
};

const instant = v.pipe(
  v.string(),
  // The CLI of old wrote "…UTC" where ISO 8601 has "…Z" (botocore/utils.py, SSOTokenLoader).
  v.transform((text) => new Date(text.replace(/UTC$/, "Z"))),
  v.check((date) => !Number.isNaN(date.getTime())),
);

const tokenSchema = v.object({
  startUrl: v.string(),
  region: v.string(),
  accessToken: v.pipe(v.string(), v.minLength(1)),
  expiresAt: instant,
  refreshToken: v.optional(v.string()),
  clientId: v.optional(v.string()),
  clientSecret: v.optional(v.string()),
  registrationExpiresAt: v.optional(instant),
  scopes: v.optional(v.array(v.string())),
});

export type KeptToken = v.InferOutput<typeof tokenSchema>;

/** What a file or a store holds; undefined where that is no token. */
export function readToken(data: unknown): KeptToken | undefined {
  const result = v.safeParse(tokenSchema, data);
  return result.success ? result.output : undefined;
}

export function tokenOf(kept: KeptToken): SsoToken {
  const { accessToken, expiresAt, refreshToken, clientId, clientSecret, registrationExpiresAt } = kept;
  const client =
    clientId === undefined || clientSecret === undefined || registrationExpiresAt === undefined
      ? undefined
      : { clientId, clientSecret, expiresAt: registrationExpiresAt };
  return { accessToken, expiresAt, refreshToken, client };
}

/** The fields of the CLI's file. */
export function fieldsOf({ startUrl, region }: SsoSession, token: SsoToken): Record<string, string> {
  const { client, refreshToken } = token;
  return {
    startUrl,
    region,
    accessToken: token.accessToken,
    expiresAt: iso(token.expiresAt),
    ...(client === undefined
      ? {}
      : {
          clientId: client.clientId,
          clientSecret: client.clientSecret,
          registrationExpiresAt: iso(client.expiresAt),
        }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
  };
}

export function isValid(token: SsoToken, now: Date): boolean {
  return token.expiresAt > now;
}

export function canRefresh({ refreshToken, client }: SsoToken, now: Date): boolean {
  return refreshToken !== undefined && client !== undefined && client.expiresAt > now;
}

// Without fractions, which some readers of the CLI's cache do not take.
function iso(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
