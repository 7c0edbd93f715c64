// Proof Key for Code Exchange (RFC 7636): the code alone, seen by another program on its way back, is worth nothing.
import { createHash, randomBytes } from "node:crypto";
import { oneLine } from "../one-line.ts";

export type Pkce = { verifier: string; challenge: string; state: string };

export function createPkce(random: (bytes: number) => Buffer = randomBytes): Pkce {
  const verifier = random(48).toString("base64url");
  return {
    verifier,
    challenge: createHash("sha256").update(verifier).digest("base64url"),
    state: random(24).toString("base64url"),
  };
}

export type Callback = { code: string } | { problem: "denied" | "mismatch" | "failed"; detail: string } | undefined;

/** What came back to the loopback address; undefined for a request that has nothing to do with it, such as an icon's. */
export function readCallback(target: string, state: string): Callback {
  const url = URL.parse(target, "http://127.0.0.1");
  if (url?.pathname !== CALLBACK_PATH) return undefined;
  const query = url.searchParams;
  if (query.get("state") !== state) return { problem: "mismatch", detail: "state" };
  const error = query.get("error");
  if (error !== null) {
    const detail = oneLine(query.get("error_description") ?? error).slice(0, 200);
    return { problem: error === "access_denied" ? "denied" : "failed", detail };
  }
  const code = query.get("code");
  return code === null || code === "" ? { problem: "failed", detail: "no code" } : { code };
}

export const CALLBACK_PATH = "/oauth/callback";
