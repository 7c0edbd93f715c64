// Session tokens that need no store: clients such as the Java SDK make a new one for every request, without limit.
// A token is its own expiry under a key that dies with the process. Shaped like EC2's: 56 characters, 40 bytes.

import { createHmac, timingSafeEqual } from "node:crypto";

export type Tokens = {
  issue(ttlSeconds: number): string;
  /** Whole seconds that a token still has, at least 1; `undefined` where it is not ours or has expired. */
  remainingSeconds(token: string): number | undefined;
};

export const MAX_TTL_SECONDS = 21_600;

const TOKEN_CHARACTERS = 56;
// What EC2's own tokens begin with: "AQAEA".
const PREFIX = Buffer.from([1, 0, 4, 0]);
const EXPIRES_AT = 4;
const SERIAL_AT = 10;
const MAC_AT = 16;
const MAC_BYTES = 24;
const MAX_KNOWN = 1024;

export function createTokens(options: { key: Uint8Array; monotonicMs(): number }): Tokens {
  // Verified before, by expiry: saves the HMAC for clients that keep a token. Bounded, and never needed.
  const known = new Map<string, number>();
  let serial = 0;

  const verify = (token: string): number | undefined => {
    const before = known.get(token);
    if (before !== undefined) return before;
    if (token.length !== TOKEN_CHARACTERS) return undefined;
    const bytes = Buffer.from(token, "base64url");
    if (bytes.length !== MAC_AT + MAC_BYTES) return undefined;
    const expected = seal(bytes.subarray(0, MAC_AT), options.key);
    if (!timingSafeEqual(Buffer.from(expected, "latin1"), Buffer.from(token, "latin1"))) return undefined;
    const expiresMs = bytes.readUIntBE(EXPIRES_AT, 6);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(token, expiresMs);
    return expiresMs;
  };

  return {
    issue(ttlSeconds) {
      const payload = Buffer.alloc(MAC_AT);
      PREFIX.copy(payload);
      payload.writeUIntBE(Math.floor(options.monotonicMs()) + ttlSeconds * 1000, EXPIRES_AT, 6);
      payload.writeUIntBE(++serial, SERIAL_AT, 6);
      return seal(payload, options.key);
    },
    remainingSeconds(token) {
      const expiresMs = verify(token);
      const leftMs = expiresMs === undefined ? 0 : expiresMs - options.monotonicMs();
      return leftMs > 0 ? Math.max(1, Math.floor(leftMs / 1000)) : undefined;
    },
  };
}

/** The wanted lifetime, or `undefined` where it is not a whole number of seconds from 1 to 21600. */
export function parseTtl(value: string): number | undefined {
  const text = value.trim();
  if (!/^\d{1,5}$/.test(text)) return undefined;
  const ttlSeconds = Number(text);
  return ttlSeconds >= 1 && ttlSeconds <= MAX_TTL_SECONDS ? ttlSeconds : undefined;
}

// --- internal ---

function seal(payload: Buffer, key: Uint8Array): string {
  const mac = createHmac("sha256", key).update(payload).digest().subarray(0, MAC_BYTES);
  return `${Buffer.concat([payload, mac]).toString("base64url")}==`;
}
