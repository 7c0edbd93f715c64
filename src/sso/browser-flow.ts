// Signing in through the browser of this machine, which comes back to a port of ours.
import type { SsoClient, SsoOidc, SsoTokens } from "../aws/sso-oidc.ts";
import type { SsoSession } from "../aws/sso-session.ts";
import { CliError, EXIT } from "../errors.ts";
import { type HttpPeer, listenHttp } from "../http/server.ts";
import { CALLBACK_PATH, type Callback, createPkce, readCallback } from "./pkce.ts";

export type BrowserFlowDeps = {
  oidc: SsoOidc;
  /** Shows the address to the person, in a browser or in words. */
  show(url: string): void;
  word: string;
  signal: AbortSignal;
  /** Who else connects is sent away: a wrong answer would end the sign-in. */
  mayAnswer?: ((peer: HttpPeer) => boolean) | undefined;
};

const LISTEN = { maxBodyBytes: 0, idleMs: 10_000, maxConnections: 16 };

export async function signInByBrowser(
  session: SsoSession,
  client: SsoClient,
  { oidc, show, word, signal, mayAnswer = () => true }: BrowserFlowDeps,
): Promise<SsoTokens> {
  const { verifier, challenge, state } = createPkce();
  const answered = Promise.withResolvers<NonNullable<Callback>>();
  const server = listenHttp(
    { hostname: "127.0.0.1", port: 0 },
    {
      ...LISTEN,
      accept: (peer) => mayAnswer(peer) || undefined,
      handle(request) {
        const callback = readCallback(request.target, state);
        if (request.method !== "GET" || callback === undefined) return { status: 404, close: true };
        answered.resolve(callback);
        return page("code" in callback ? 200 : 400, "code" in callback);
      },
    },
  );
  try {
    const redirectUri = `http://127.0.0.1:${server.port}${CALLBACK_PATH}`;
    show(
      await oidc.authorizeUrl(session, {
        response_type: "code",
        client_id: client.clientId,
        redirect_uri: redirectUri,
        state,
        code_challenge_method: "S256",
        code_challenge: challenge,
      }),
    );
    const callback = await Promise.race([answered.promise, aborted(signal)]);
    if (!("code" in callback)) throw refused(callback, word);
    const grant = {
      grantType: "authorization_code",
      code: callback.code,
      redirectUri,
      codeVerifier: verifier,
    } as const;
    return await oidc.createToken(session, client, grant, signal);
  } finally {
    await server.stop();
  }
}

export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

export function denied(word: string): CliError {
  return new CliError(`the sign-in to "${word}" was denied in the browser`, {
    hint: `metacred login ${word}`,
    exit: EXIT.needsPerson,
  });
}

function refused({ problem, detail }: Exclude<NonNullable<Callback>, { code: string }>, word: string): CliError {
  switch (problem) {
    case "denied":
      return denied(word);
    case "mismatch":
      return new CliError("the answer from the browser belongs to another sign-in (its state does not match)", {
        hint: `close the page, then metacred login ${word}`,
        exit: EXIT.needsPerson,
      });
    case "failed":
      return new CliError(`the sign-in to "${word}" failed in the browser: ${detail}`, {
        hint: `metacred login ${word} --device-code`,
        exit: EXIT.needsPerson,
      });
  }
}

// Plain words, no script, nothing of the request in it.
function page(status: number, ok: boolean) {
  const words = ok
    ? "You are signed in. You can close this page."
    : "You are not signed in. The terminal says what to do.";
  const body = `<!doctype html><meta charset="utf-8"><title>metacred</title><p>${words}</p>\n`;
  return { status, headers: [["Content-Type", "text/html; charset=utf-8"]] as const, body, close: true };
}
