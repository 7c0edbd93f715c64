// Which keys a running daemon takes up when it reads the configuration again. Pure.
import type { Config } from "./schema.ts";

/** All others wait for a new `serve`. */
export const RELOADED: readonly RegExp[] = [
  /^(default_role|base|region)$/,
  /^(accounts|roles|sources|network)\b/,
  /^imds\.(?!port$|ipv6$)/,
  /^refresh\.early$/,
  /^notify\.desktop$/,
  /^containers\.default_role$/,
];

/** Keys that have changed and wait for a new `serve`. */
export function changedForStart(before: Config, now: Config): string[] {
  const [old, current] = [valuesOf(before), valuesOf(now)];
  return [...new Set([...old.keys(), ...current.keys()])].filter((key) => old.get(key) !== current.get(key));
}

// --- internal ---

/**
 * Each key that waits for a new `serve` by its whole path, with its value as text. What is taken up at once is not looked
 * into: there may be thousands of roles, and a pattern that fits a table fits all that is in it.
 */
function valuesOf(value: unknown, path = ""): Map<string, string> {
  if (RELOADED.some((pattern) => pattern.test(path))) return new Map();
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return new Map([[path, JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...valuesOf(inner, path === "" ? key : `${path}.${key}`)]),
  );
}
