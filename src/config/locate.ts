// Finds the line of a key in TOML text, since the parser keeps no positions for what it has read.

const KEY = String.raw`(?:"[^"]*"|'[^']*'|[\w-]+)`;
const DOTTED = String.raw`${KEY}(?:\s*\.\s*${KEY})*`;
const HEADER = new RegExp(String.raw`^\[\[?\s*(${DOTTED})\s*\]\]?\s*(?:#.*)?$`);
const ASSIGNMENT = new RegExp(String.raw`^(${DOTTED})\s*=`);

/** 1-based line where the key path stands, or that of its nearest table; undefined when nothing of it is found. */
export function lineOfKey(text: string, path: readonly string[]): number | undefined {
  let table: string[] = [];
  let best: { line: number; depth: number } | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    const header = HEADER.exec(line)?.[1];
    const assignment = ASSIGNMENT.exec(line)?.[1];
    if (header === undefined && assignment === undefined) continue;
    if (header !== undefined) table = splitKey(header);
    const full = assignment === undefined ? table : [...table, ...splitKey(assignment)];
    const depth = commonDepth(full, path);
    // `[roles.dev]` also begins `roles`.
    const isOnTheWay = depth === full.length || depth === path.length;
    if (isOnTheWay && depth > (best?.depth ?? 0)) best = { line: index + 1, depth };
  }
  return best?.line;
}

function splitKey(key: string): string[] {
  return [...key.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/g)].map((part) => part[1] ?? part[2] ?? part[3] ?? "");
}

function commonDepth(left: readonly string[], right: readonly string[]): number {
  let depth = 0;
  while (depth < left.length && depth < right.length && left[depth] === right[depth]) depth++;
  return depth;
}
