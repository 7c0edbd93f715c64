// Which entries a few typed letters mean, the likeliest first. Pure; 7,000 entries take a few milliseconds.

export type Searchable = { name: string; more: string };

/** Indexes of `entries`, best first; equal ones stay in their order. Every word of the query must be found. */
export function rank(entries: readonly Searchable[], query: string): number[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries.map((_, index) => index);
  const scored: { index: number; score: number }[] = [];
  for (const [index, entry] of entries.entries()) {
    const score = scoreOf(entry, words);
    if (score > 0) scored.push({ index, score });
  }
  return scored.toSorted((a, b) => b.score - a.score || a.index - b.index).map(({ index }) => index);
}

function scoreOf({ name, more }: Searchable, words: readonly string[]): number {
  let total = 0;
  for (const word of words) {
    const score = wordScore(name.toLowerCase(), more.toLowerCase(), word);
    if (score === 0) return 0;
    total += score;
  }
  return total;
}

// The whole name, its beginning, the beginning of a part of it, anywhere in it, in the account or ARN, scattered.
function wordScore(name: string, more: string, word: string): number {
  const at = name.indexOf(word);
  if (at === 0) return name.length === word.length ? 1000 : 900;
  if (at > 0) return /[^a-z0-9]/.test(name[at - 1] ?? "") ? 800 : 700;
  if (more.includes(word)) return 600;
  const spread = spreadOf(name, word);
  return spread === undefined ? 0 : Math.max(1, 500 - spread);
}

/** How many letters lie between those of the word, taken in order; undefined where one is missing. */
function spreadOf(name: string, word: string): number | undefined {
  let from = -1;
  let first = -1;
  for (const letter of word) {
    from = name.indexOf(letter, from + 1);
    if (from === -1) return undefined;
    if (first === -1) first = from;
  }
  return from - first + 1 - word.length;
}
