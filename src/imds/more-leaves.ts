// Leaves that the configuration adds: what EC2 has and this program does not make up by itself.
import { type Directory, directory, leaf, type Node } from "./tree.ts";

/** Why a path cannot be added; `undefined` where it can. */
export function whyNotAdded(root: Directory, path: string): string | undefined {
  const segments = path.split("/");
  if (segments.some((segment) => !/^[\w.:=@+-]+$/.test(segment) || segment === "." || segment === "..")) {
    return "is no path below meta-data";
  }
  // A role's name or keys of somebody's own making must never stand beside the real ones.
  if (segments[0] === "iam" || segments[0] === "identity-credentials") return "would change what a role is";
  return addLeaf(root, segments, "") === undefined ? "is served already, with a key of its own" : undefined;
}

/** Paths that cannot be added are left out: `whyNotAdded` has told before. */
export function withMoreLeaves(root: Directory, more: Readonly<Record<string, string>>): Directory {
  return Object.entries(more).reduce((tree, [path, text]) => addLeaf(tree, path.split("/"), text) ?? tree, root);
}

// --- internal ---

function addLeaf(to: Directory, [name = "", ...rest]: readonly string[], text: string): Directory | undefined {
  const there = Object.hasOwn(to.entries, name) ? to.entries[name] : undefined;
  const node = rest.length === 0 ? newLeaf(there, text) : addBelow(there, rest, text);
  return node === undefined ? undefined : { ...to, entries: { ...to.entries, [name]: node } };
}

function newLeaf(there: Node | undefined, text: string): Node | undefined {
  return there === undefined ? leaf(() => text) : undefined;
}

function addBelow(there: Node | undefined, rest: readonly string[], text: string): Node | undefined {
  if (there?.kind === "leaf") return undefined;
  return addLeaf(there ?? directory({}), rest, text);
}
