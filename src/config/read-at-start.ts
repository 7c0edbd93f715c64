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
  return [...new Set([...old.keys(), ...current.keys()])].filter(
    (key) => old.get(key) !== current.get(key) && !RELOADED.some((pattern) => pattern.test(key)),
  );
}

// --- internal ---

/** Each key by its whole path, with its value as text. */
function valuesOf(value: unknown, path = ""): Map<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return new Map([[path, JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...valuesOf(inner, path === "" ? key : `${path}.${key}`)]),
  );
}
