// The metadata tree as data. A listing shows what is served and nothing else, because it is made from the same table.

import type { ImdsCredentials, ImdsInstance, ImdsView } from "./view.ts";

/** All that a leaf may look at. */
export type Moment = {
  view: ImdsView;
  /** The view's, while they are valid. */
  credentials: ImdsCredentials | undefined;
  instance: ImdsInstance;
  now: Date;
  startedAt: Date;
};

export type Body = string | Uint8Array;

export type Leaf = {
  kind: "leaf";
  /** The body, `undefined` where there is no such thing at this moment. */
  read(moment: Moment): Body | undefined;
  /** Where it is not text/plain. */
  contentType?: string;
  /** Where a leaf answers although it is not listed. */
  isListed?(moment: Moment): boolean;
  /** The body holds the credentials, while there are any. */
  isSecret?: boolean;
  /** `Last-Modified`, where it is not the instance's start. */
  modifiedAt?(moment: Moment): Date;
};

export type Directory = {
  kind: "directory";
  entries: Readonly<Record<string, Node>>;
  /**
   * `root`: in the table's order and without slashes, as EC2 lists its two upper levels. `indexed`: as `root`, and a
   * listed name with `=` in it is reached by what stands before that sign (`0=my-key` is `0/`).
   */
  style: "root" | "sorted" | "indexed";
};

export type Node = Leaf | Directory;

export function leaf(read: Leaf["read"], more: Omit<Leaf, "kind" | "read"> = {}): Leaf {
  return { kind: "leaf", read, ...more };
}

export function directory(entries: Directory["entries"], style: Directory["style"] = "sorted"): Directory {
  return { kind: "directory", entries, style };
}

/** A leaf has nothing below it; a trailing slash is no difference (botocore asks `placement/availability-zone/`). */
export function findNode(root: Node, segments: readonly string[]): Node | undefined {
  let node: Node | undefined = root;
  for (const segment of segments) {
    // hasOwn: `constructor` and `__proto__` are names like any other.
    if (node.kind === "leaf") return undefined;
    const name: string | undefined = node.style === "indexed" ? indexedName(node, segment) : segment;
    if (name === undefined || !Object.hasOwn(node.entries, name)) return undefined;
    node = node.entries[name];
    if (node === undefined) return undefined;
  }
  return node;
}

/** The body of a node: a leaf's own, a directory's listing without a final LF; `undefined` where nothing is served. */
export function readNode(node: Node, moment: Moment): Body | undefined {
  if (node.kind === "leaf") return node.read(moment);
  const names = Object.keys(node.entries).filter((name) => isListed(node.entries[name], moment));
  if (names.length === 0) return undefined;
  if (node.style !== "sorted") return names.join("\n");
  const marked = (name: string) => (node.entries[name]?.kind === "directory" ? `${name}/` : name);
  return names.toSorted().map(marked).join("\n");
}

// --- internal ---

function indexedName({ entries }: Directory, index: string): string | undefined {
  return Object.keys(entries).find((name) => name.startsWith(`${index}=`));
}

function isListed(node: Node | undefined, moment: Moment): boolean {
  if (node === undefined) return false;
  if (node.kind === "directory") return Object.values(node.entries).some((entry) => isListed(entry, moment));
  return node.isListed?.(moment) ?? node.read(moment) !== undefined;
}
