// Durations as the config writes them.
import * as v from "valibot";

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a duration like `90s`, `25m`, `1h` or `1h30m`; undefined when it is none. */
export function parseDurationMs(value: string): number | undefined {
  if (!/^(\d+[smh])+$/.test(value)) return undefined;
  let totalMs = 0;
  for (const [, amount, unit] of value.matchAll(/(\d+)([smh])/g)) {
    totalMs += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  }
  return totalMs;
}

/** A duration of the config as milliseconds. */
export function durationBetween(lowest: string, highest: string) {
  const inRange = (value: string) => {
    const ms = parseDurationMs(value);
    return ms !== undefined && ms >= (parseDurationMs(lowest) ?? 0) && ms <= (parseDurationMs(highest) ?? 0);
  };
  return v.pipe(
    v.string(),
    v.check(inRange, `must be a duration from ${lowest} to ${highest}, like "25m" or "1h"`),
    v.transform((value) => parseDurationMs(value) ?? 0),
  );
}
