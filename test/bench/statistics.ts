/** The mean of the two in the middle where there is no single one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new Error("no values to take the median of");
  return (lower + upper) / 2;
}

/** A new order, each as likely as any other (Fisher and Yates). `chance` gives numbers from 0 to below 1. */
export function shuffled<Item>(items: readonly Item[], chance: () => number): Item[] {
  const result: Item[] = [];
  for (const item of items) {
    const at = Math.floor(chance() * (result.length + 1));
    result.splice(at, 0, item);
  }
  return result;
}
