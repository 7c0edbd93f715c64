// "Did you mean": the nearest of a few right words to a wrong one.

const SHORTEST_BEGINNING = 4;
const SHORTEST_WORD = 3;

/**
 * The candidate within a third of its length in edits; else the longest that the word begins with, "net" for "network",
 * or the only one that begins with the word. The first letter is seldom wrong: "nftables" means "nft", not "iptables".
 */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  let best: { candidate: string; distance: number } | undefined;
  const all = [...candidates];
  for (const candidate of all) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (distance <= limit && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { candidate, distance };
  }
  const shorter = all
    .filter((candidate) => candidate.length >= SHORTEST_WORD && word.startsWith(candidate))
    .toSorted((left, right) => right.length - left.length)[0];
  if (shorter !== undefined && best?.candidate[0] !== word[0]) return shorter;
  if (best !== undefined || word.length < SHORTEST_BEGINNING) return best?.candidate;
  const longer = all.filter((candidate) => candidate.startsWith(word));
  return longer.length === 1 ? longer[0] : undefined;
}

/** The hint that leads to it; undefined where nothing is near. */
export function didYouMean(near: string | undefined): string | undefined {
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

// Optimal string alignment: swapped neighbours count as one edit, the commonest slip of the fingers.
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let distance = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + cost);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, (beforeLast[column - 2] ?? 0) + 1);
      }
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
