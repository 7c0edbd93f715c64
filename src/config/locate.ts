// Finds the line of a key in TOML text, since the parser keeps no positions for what it has read.

/** 1-based line where the key path stands, or that of its nearest table; undefined when nothing of it is found. */
export function lineOfKey(text: string, path: readonly string[]): number | undefined {
  let table: string[] = [];
  let best: { line: number; depth: number } | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    const header = /^\[\[?\s*(.+?)\s*\]\]?\s*(#.*)?$/.exec(line);
    const assignment = /^((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=/.exec(line);
    if (header?.[1] !== undefined && !line.includes("=")) table = splitKey(header[1]);
    else if (assignment?.[1] === undefined) continue;
    const full = header === null || line.includes("=") ? [...table, ...splitKey(assignment?.[1] ?? "")] : table;
    const depth = commonDepth(full, path);
    if (depth === full.length && depth > (best?.depth ?? 0)) best = { line: index + 1, depth };
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
