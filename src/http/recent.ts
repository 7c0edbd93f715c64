// The last few of something: programs ask in rounds, so what was made for one round is what the next one needs.

export type Recent<T> = {
  find(isIt: (one: T) => boolean): T | undefined;
  keep(one: T): void;
};

/** What was found or kept last is forgotten last. */
export function createRecent<T>(most: number): Recent<T> {
  let kept: readonly T[] = [];
  return {
    find(isIt) {
      const found = kept.find(isIt);
      if (found !== undefined && found !== kept[0]) kept = [found, ...kept.filter((one) => one !== found)];
      return found;
    },
    keep(one) {
      kept = [one, ...kept.slice(0, most - 1)];
    },
  };
}
