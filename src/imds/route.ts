// From a request target to what it names. Which method may do what there is decided by the caller.

import { parseTarget, type Path } from "./path.ts";
import { type Directory, findNode, type Node } from "./tree.ts";

type Authority = { authority: string | undefined };

/** `isExact`: `/latest/api/token` itself, the only place where a token is made. */
export type TokenRoute = { kind: "token"; isExact: boolean } & Authority;

export type Route =
  | TokenRoute
  | ({ kind: "node"; node: Node | undefined } & Authority)
  /** Neither a path nor an http URL. */
  | ({ kind: "invalid" } & Authority);

/** The tree itself never changes, only what it shows: a target always leads to the same node. */
export function createRouter(root: Directory): (target: string) => Route {
  const known = new Map<string, Route>();
  return (target) => {
    const before = known.get(target);
    if (before !== undefined) return before;
    const route = findRoute(root, target);
    // Bounded, as clients choose what is asked.
    if (target.length <= MAX_KNOWN_LENGTH) {
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(target, route);
    }
    return route;
  };
}

// --- internal ---

const MAX_KNOWN = 256;
const MAX_KNOWN_LENGTH = 256;

function findRoute(root: Directory, target: string): Route {
  const parsed = parseTarget(target);
  if (parsed === undefined) return { kind: "invalid", authority: undefined };
  const { authority, path } = parsed;
  if (path === undefined) return { kind: "node", node: undefined, authority };
  if (isTokenPath(root, path)) {
    return { kind: "token", isExact: path.segments[0] === "latest" && !path.endsInSlash, authority };
  }
  return { kind: "node", node: findNode(root, path.segments), authority };
}

function isTokenPath(root: Directory, { segments }: Path): boolean {
  const [version = "", api, token] = segments;
  return segments.length === 3 && api === "api" && token === "token" && Object.hasOwn(root.entries, version);
}
