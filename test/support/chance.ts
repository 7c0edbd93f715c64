// Chance that is the same at each run: a failure can be seen again.

/** Numbers from 0 up to 1 (mulberry32, Tommy Ettinger, public domain algorithm). */
export function seededChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function between(chance: () => number, least: number, most: number): number {
  return least + (most - least) * chance();
}
