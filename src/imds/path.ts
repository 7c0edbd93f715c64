// From the request target to path segments. Our own reading of it, so that no library's idea of a path can differ.

export type Target = {
  /** Of an absolute target; it is checked as `Host` is. */
  authority: string | undefined;
  /** `undefined`: a path that cannot name anything here. */
  path: Path | undefined;
};

export type Path = { segments: readonly string[]; endsInSlash: boolean };

/** `undefined` where the target is neither a path nor an http URL. */
export function parseTarget(target: string): Target | undefined {
  if (target.startsWith("/")) return { authority: undefined, path: parsePath(target) };
  const absolute = /^http:\/\/([^/?#]*)(.*)$/i.exec(target);
  if (absolute === null) return undefined;
  const [, authority = "", rest = ""] = absolute;
  return { authority, path: parsePath(rest) };
}

// --- internal ---

/** Slashes collapse (clients send `//latest/…`), the query is dropped, `..` never climbs above the root. */
function parsePath(target: string): Path | undefined {
  const query = target.indexOf("?");
  const path = query < 0 ? target : target.slice(0, query);
  const segments: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      segments.pop();
      continue;
    }
    const segment = decodeSegment(part);
    if (segment === undefined) return undefined;
    segments.push(segment);
  }
  return { segments, endsInSlash: /\/\.{0,2}$/.test(path) };
}

// An escaped slash, dot or NUL is only ever sent to get past somebody's check.
function decodeSegment(part: string): string | undefined {
  if (!part.includes("%")) return part;
  if (/%(?:2[ef]|00)/i.test(part)) return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
