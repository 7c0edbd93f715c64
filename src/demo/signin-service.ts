// AWS Sign-In, as far as a signed-in machine asks it: a refresh token, and a proof of the key that it is bound to, for
// another session of the same person (RFC 9449, DPoP).
import { createHash, createPublicKey, verify } from "node:crypto";
import { bodyParameters, jsonAnswer, refuseJson, shownParameters } from "./rest-json.ts";
import type { Answer, MockRequest, MockService } from "./service.ts";
import { laterBy, randomText } from "./sso-world.ts";
import { type World, giveKey } from "./world.ts";

/** Who has signed in by `aws login`: the user of these keys, on the machine with the key of that thumbprint. */
export type MockLogin = { refreshToken: string; accessKeyId: string; thumbprint: string };

export const SIGN_IN_CLIENT = "arn:aws:signin:::devtools/same-device";
const PATH = "/v1/token";
const SESSION_SECONDS = 900;
const PROOF_SECONDS = 300;

type Jwk = { kty: string; crv: string; x: string; y: string };
type Proof = { thumbprint: string; htm: unknown; htu: unknown; iat: unknown };

export function signinService(world: World): MockService {
  return {
    serves: (path) => path === PATH,
    read: ({ body }) => ({ action: "CreateOAuth2Token", parameters: shownParameters(bodyParameters(body)) }),
    answer: (request, _call, now) => answer(request, world, now),
    refuse: refuseJson,
  };
}

/** RFC 7638: the name of a public key. */
export function thumbprintOf({ crv, kty, x, y }: Jwk): string {
  return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
}

// --- internal ---

function answer(request: MockRequest, world: World, now: Date): Answer {
  const parameters = bodyParameters(request.body);
  const token = String(parameters["refreshToken"]);
  const login = world.logins.get(token);
  const proof = readProof(request.headers.get("dpop") ?? "");
  const isProved =
    proof !== undefined &&
    proof.thumbprint === login?.thumbprint &&
    proof.htm === "POST" &&
    proof.htu === `http://${request.headers.get("host")}${PATH}` &&
    Math.abs(Number(proof.iat) - now.getTime() / 1000) < PROOF_SECONDS;
  const user = world.keys.get(login?.accessKeyId ?? "")?.principal;
  const isKnown = parameters["clientId"] === SIGN_IN_CLIENT && parameters["grantType"] === "refresh_token";
  if (login === undefined || user === undefined || !isProved || !isKnown) return refused();
  // Each works once, as those of SSO do.
  world.logins.delete(token);
  const refreshToken = randomText(48);
  world.logins.set(refreshToken, { ...login, refreshToken });
  const key = giveKey(world, user, laterBy(now, SESSION_SECONDS));
  const { accessKeyId, secretAccessKey } = key;
  const accessToken = { accessKeyId, secretAccessKey, sessionToken: key.session?.token };
  return jsonAnswer({ result: { accessToken, tokenType: "aws_sigv4", expiresIn: SESSION_SECONDS, refreshToken } });
}

// The service says in `error` why: the SDK has words of its own for each.
function refused(): Answer {
  const { reply, ...rest } = jsonAnswer({ fault: { status: 400, code: "AccessDeniedException", message: "refused" } });
  return { ...rest, reply: { ...reply, body: JSON.stringify({ error: "TOKEN_EXPIRED", message: "refused" }) } };
}

/** Undefined for anything that its own key has not signed. */
function readProof(jwt: string): Proof | undefined {
  try {
    const [head = "", body = "", signature = ""] = jwt.split(".");
    const { typ, alg, jwk } = decoded(head) as { typ: string; alg: string; jwk: Jwk };
    const key = createPublicKey({ key: jwk, format: "jwk" });
    const isSigned = verify(
      "sha256",
      Buffer.from(`${head}.${body}`),
      { key, dsaEncoding: "ieee-p1363" },
      Buffer.from(signature, "base64url"),
    );
    const { htm, htu, iat } = decoded(body) as Record<string, unknown>;
    return isSigned && typ === "dpop+jwt" && alg === "ES256"
      ? { thumbprint: thumbprintOf(jwk), htm, htu, iat }
      : undefined;
  } catch {
    return undefined;
  }
}

function decoded(part: string): unknown {
  return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
}
