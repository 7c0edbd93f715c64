// The headers that decide anything, found in one pass. Several of one kind are counted: which would count is a guess.

import type { ImdsHeader } from "./message.ts";

export const TOKEN_HEADER = "x-aws-ec2-metadata-token";
export const TTL_HEADER = "x-aws-ec2-metadata-token-ttl-seconds";

/** `undefined`: not sent; `"many"`: sent more than once. */
export type Single = { value: string } | "many" | undefined;

export type RequestFacts = {
  host: Single;
  token: Single;
  ttl: Single;
  /** A proxy passed it on. Presence counts, an empty value too. */
  isForwarded: boolean;
  /** A browser sent it, or a page in one. */
  isBrowser: boolean;
};

export function requestFacts(headers: readonly ImdsHeader[]): RequestFacts {
  const facts: RequestFacts = {
    host: undefined,
    token: undefined,
    ttl: undefined,
    isForwarded: false,
    isBrowser: false,
  };
  for (const [name, value] of headers) {
    switch (name) {
      case "host":
        facts.host = facts.host === undefined ? { value } : "many";
        break;
      case TOKEN_HEADER:
        facts.token = facts.token === undefined ? { value } : "many";
        break;
      case TTL_HEADER:
        facts.ttl = facts.ttl === undefined ? { value } : "many";
        break;
      case "x-forwarded-for":
      case "forwarded":
      case "via":
        facts.isForwarded = true;
        break;
      case "origin":
        facts.isBrowser = true;
        break;
      case "user-agent":
        if (isBrowserAgent(value)) facts.isBrowser = true;
        break;
      default:
        if (name.startsWith("sec-fetch-")) facts.isBrowser = true;
    }
  }
  return facts;
}

// --- internal ---

// PowerShell calls itself "Mozilla/5.0 (…) WindowsPowerShell/5.1…" or "… PowerShell/7.4…", and is a fine client.
function isBrowserAgent(value: string): boolean {
  return /^(?:Mozilla|Opera)\//i.test(value) && !/\b(?:Windows)?PowerShell\//.test(value);
}
