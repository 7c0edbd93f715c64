// The container-credentials endpoint as a function from a request and its caller to an answer: one random path and one
// token for each program that was handed them. Nothing here waits.
import { createHash, timingSafeEqual } from "node:crypto";
import { timestamp } from "./documents.ts";
import type { ImdsAnswer, ImdsCaller, ImdsHeader, ImdsRequest, RefusalReason } from "./message.ts";
import { createHostGuard } from "./guard.ts";
import { parseTarget } from "./path.ts";
import { requestFacts } from "./request-facts.ts";
import type { ImdsView } from "./view.ts";

export type ContainerGrant = {
  /** Compared with the whole value of `Authorization`: SDKs send it as it is, without "Bearer". Undefined: the path is all. */
  token: string | undefined;
  /** `expiration` is the real one: who is given a role for good need not follow a switch. */
  view(): ImdsView;
  /** Credentials are on their way: a client that asks once more gets them. */
  isFetching(): boolean;
};

export type ContainerOptions = {
  /** By path, "/" included. */
  grant(path: string): ContainerGrant | undefined;
  now(): Date;
  monotonicMs(): number;
  port: number;
  uids: readonly number[] | "*";
};

export type ContainerCredentials = (request: ImdsRequest, caller: ImdsCaller) => ImdsAnswer;

export function createContainer(options: ContainerOptions): ContainerCredentials {
  const guard = createHostGuard(options.uids, allowedHosts(options.port));
  const limit = createLimit(() => options.monotonicMs());

  return (request, caller) => {
    const target = parseTarget(request.target);
    const facts = requestFacts(request.headers);
    const about = { version: request.version, authority: target?.authority };
    const refusal = guard(caller, facts, about) ?? (isFromPage(request) ? "browser" : undefined);
    if (refusal !== undefined) return { ...failure(403, "AccessDenied", REFUSALS[refusal]), refusal };
    if (target === undefined) return failure(400, "BadRequest", "this is no path of metacred's");
    const path = `/${target.path?.segments.join("/") ?? ""}`;
    const grant = options.grant(path);
    if (grant === undefined)
      return failure(404, "NotFound", "metacred gave out no such address, or has been restarted");
    if (request.method !== "GET" && request.method !== "HEAD") {
      return failure(405, "MethodNotAllowed", "only GET is answered here", [["Allow", "GET, HEAD"]]);
    }
    if (!limit(path)) return failure(429, "TooManyRequests", "too many requests in a second");
    if (grant.token !== undefined && !isToken(request, grant.token)) {
      return failure(401, "AccessDenied", "the Authorization header is not the token that belongs to this address");
    }
    return credentialsAnswer(grant, options.now());
  };
}

// --- internal ---

const JSON_TYPE: ImdsHeader = ["Content-Type", "application/json"];
const REFUSALS: Readonly<Record<RefusalReason, string>> = {
  peer: "metacred answers this machine alone",
  uid: "metacred answers the user alone who started it",
  container: "metacred answers no containers",
  host: "this is no name of metacred's",
  forwarded: "metacred answers no proxies",
  browser: "metacred answers no browsers",
  loop: "metacred is getting the base credentials, and is asked for them itself",
};

function credentialsAnswer({ view, isFetching }: ContainerGrant, now: Date): ImdsAnswer {
  const { credentials, role, problem } = view();
  if (credentials === undefined || credentials.expiration <= now) {
    const message = problem?.message ?? "metacred has no valid credentials; try: metacred status";
    // SDKs ask again after 5xx; with 4xx they show the message.
    return isFetching() ? failure(503, "NotReady", message) : failure(400, problem?.code ?? "Failed", message);
  }
  const document = {
    Code: "Success",
    LastUpdated: timestamp(credentials.obtainedAt),
    Type: "AWS-HMAC",
    ...(role?.arn !== undefined && { RoleArn: role.arn }),
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: timestamp(credentials.expiration),
    ...(role?.accountId !== undefined && { AccountId: role.accountId }),
  };
  return { status: 200, headers: [JSON_TYPE], body: JSON.stringify(document), gave: true };
}

// Some SDKs read the small names, some the capital ones. Go reads neither unless the type is exactly this.
function failure(status: number, code: string, message: string, more: readonly ImdsHeader[] = []): ImdsAnswer {
  const body = JSON.stringify({ code, message, Code: code, Message: message });
  return { status, headers: [JSON_TYPE, ...more], body };
}

// The names of the ECS and EKS agents' addresses are theirs; SDKs insist on one of these or on loopback.
function allowedHosts(port: number): ReadonlySet<string> {
  const loopback = ["127.0.0.1", "localhost", "[::1]"];
  const agents = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
  return new Set([...loopback, ...agents, ...loopback.map((host) => `${host}:${port}`)]);
}

// No SDK sends Referer, every page does.
function isFromPage({ headers }: ImdsRequest): boolean {
  return headers.some(([name]) => name === "referer");
}

// Over digests, so that the comparison takes the same time whatever was sent.
function isToken({ headers }: ImdsRequest, token: string): boolean {
  const sent = headers.filter(([name]) => name === "authorization").map(([, value]) => value);
  const [only] = sent;
  return sent.length === 1 && only !== undefined && timingSafeEqual(digestOf(only), digestOf(token));
}

function digestOf(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

// A wrong token may be guessed this often, a build of many processes is far below it.
const REQUESTS_A_SECOND = 100;
const MAX_COUNTED = 1024;

function createLimit(monotonicMs: () => number): (path: string) => boolean {
  const counts = new Map<string, number>();
  let second = 0;
  return (path) => {
    const now = Math.floor(monotonicMs() / 1000);
    if (now !== second || counts.size >= MAX_COUNTED) counts.clear();
    second = now;
    const count = (counts.get(path) ?? 0) + 1;
    counts.set(path, count);
    return count <= REQUESTS_A_SECOND;
  };
}
