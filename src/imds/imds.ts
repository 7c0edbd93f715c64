// The EC2 instance metadata service as a function from a request and its caller to an answer. Nothing here waits.

import { badRequest, forbidden, methodNotAllowed, notFound, refused, TEXT, unauthorized } from "./answers.ts";
import { createGuard, saysContainer } from "./guard.ts";
import type { ImdsAnswer, ImdsCaller, ImdsHeader, ImdsRequest } from "./message.ts";
import { metadataRoot, ROLE_NAME } from "./metadata.ts";
import { type RequestFacts, requestFacts, type Single } from "./request-facts.ts";
import { createRouter, type TokenRoute } from "./route.ts";
import { createTokens, parseTtl, type Tokens } from "./token.ts";
import { type Moment, type Node, readNode } from "./tree.ts";
import type { ImdsInstance, ImdsView } from "./view.ts";

export type ImdsOptions<C extends ImdsCaller> = {
  /** Called for each request, so that a switch of the role shows in the next one. */
  view(caller: C): ImdsView;
  now(): Date;
  monotonicMs(): number;
  /** Of the session tokens' HMAC; random, for this process alone. */
  key: Uint8Array;
  /** EC2's word: `optional` answers requests without a token too (IMDSv1). */
  httpTokens: "required" | "optional";
  enabled: boolean;
  port: number;
  uids: readonly number[] | "*";
  /** Containers may ask; `view` is told of each caller whether it is one. */
  containers?: boolean;
  instance: ImdsInstance;
  /** When the pretended instance was started; now, where it is not said. */
  startedAt?: Date;
  roleName?: string;
  /** Serve `iam/security-credentials-extended/`, the tree with `AccountId`. */
  extended?: boolean;
};

export type Imds<C extends ImdsCaller = ImdsCaller> = (request: ImdsRequest, caller: C) => ImdsAnswer;

export function createImds<C extends ImdsCaller>(options: ImdsOptions<C>): Imds<C> {
  const { instance, roleName = ROLE_NAME, extended = true, startedAt = options.now() } = options;
  const route = createRouter(metadataRoot(instance, { roleName, extended }));
  const guard = createGuard(options);
  const tokens = createTokens({ key: options.key, monotonicMs: () => options.monotonicMs() });
  const headersOf = rememberHeaders();

  const momentFor = (caller: C): Moment => {
    const view = options.view(caller);
    const now = options.now();
    const isValid = view.credentials !== undefined && view.credentials.expiration > now;
    return { view, credentials: isValid ? view.credentials : undefined, instance, now, startedAt };
  };

  const read = (node: Node | undefined, facts: RequestFacts, caller: C): ImdsAnswer => {
    const session = sessionOf(facts.token, tokens);
    if (session === "invalid" || (session === "none" && options.httpTokens === "required")) return unauthorized();
    const moment = momentFor(caller);
    const body = node === undefined ? undefined : readNode(node, moment);
    if (node === undefined || body === undefined) return notFound(...ttlHeader(session));
    const modifiedAt = (node.kind === "leaf" ? node.modifiedAt?.(moment) : undefined) ?? startedAt;
    const type = node.kind === "leaf" ? node.contentType : undefined;
    const gave = node.kind === "leaf" && node.isSecret === true && moment.credentials !== undefined;
    return { status: 200, headers: headersOf(modifiedAt, session, type), body, gave };
  };

  return (request, caller) => {
    const found = route(request.target);
    const facts = requestFacts(request.headers);
    const refusal = guard(caller, facts, { version: request.version, authority: found.authority });
    if (refusal !== undefined) return refused(refusal, facts.host !== undefined || found.authority !== undefined);
    if (!options.enabled) return forbidden();
    if (found.kind === "token") return tokenAnswer(request.method, found, facts.ttl, tokens);
    if (request.method !== "GET" && request.method !== "HEAD") return methodNotAllowed("GET, HEAD");
    if (found.kind === "invalid") return badRequest();
    // Under such a name nobody gets past the guard where containers are not let in.
    const isContainer =
      options.containers === true && caller.container === undefined && saysContainer(facts, found.authority);
    return read(found.node, facts, isContainer ? { ...caller, container: "process" } : caller);
  };
}

// --- internal ---

/** Whole seconds left of the token that was sent. */
type Session = number | "none" | "invalid";

// A wrong token is refused in both modes, so that a client learns to get a new one.
function sessionOf(token: Single, tokens: Tokens): Session {
  if (token === undefined) return "none";
  return token === "many" ? "invalid" : (tokens.remainingSeconds(token.value) ?? "invalid");
}

function tokenAnswer(method: string, route: TokenRoute, ttl: Single, tokens: Tokens): ImdsAnswer {
  if (method !== "PUT") return methodNotAllowed("PUT");
  // EC2 answers 403 with a trailing slash, and below a version's date.
  if (!route.isExact) return forbidden();
  const ttlSeconds = ttl === undefined || ttl === "many" ? undefined : parseTtl(ttl.value);
  if (ttlSeconds === undefined) return badRequest();
  // Go and Rust take no token from an answer without the echo of its lifetime.
  return { status: 200, headers: [TEXT, ...ttlHeader(ttlSeconds)], body: tokens.issue(ttlSeconds) };
}

function ttlHeader(session: Session): readonly ImdsHeader[] {
  return typeof session === "number" ? [["X-aws-ec2-metadata-token-ttl-seconds", String(session)]] : [];
}

// The same list while nothing in it changes: clients ask in bursts, and the server renders a list it knows for free.
function rememberHeaders(): (modifiedAt: Date, session: Session, type?: string) => readonly ImdsHeader[] {
  // The list of roles and their credentials are seldom of the same age, and are asked for by turns.
  let recent: readonly { modifiedMs: number; session: Session; headers: readonly ImdsHeader[] }[] = [];
  const make = (modifiedAt: Date, session: Session, type: ImdsHeader): readonly ImdsHeader[] => [
    type,
    ["Accept-Ranges", "none"],
    ["Last-Modified", modifiedAt.toUTCString()],
    ...ttlHeader(session),
  ];
  return (modifiedAt, session, type) => {
    if (type !== undefined) return make(modifiedAt, session, ["Content-Type", type]);
    const modifiedMs = modifiedAt.getTime();
    const known = recent.find((one) => one.modifiedMs === modifiedMs && one.session === session);
    if (known !== undefined) return known.headers;
    const headers = make(modifiedAt, session, TEXT);
    recent = [{ modifiedMs, session, headers }, ...recent.slice(0, 1)];
    return headers;
  };
}
