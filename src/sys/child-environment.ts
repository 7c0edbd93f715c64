import type { Environment } from "../paths.ts";

// Bun would run what these say inside any Bun program, and a loader's variables have no business near root.
const DANGEROUS = ["BUN_OPTIONS", "BUN_BE_BUN", "NODE_OPTIONS", "LD_PRELOAD", "LD_LIBRARY_PATH"];

/** The environment for children: the caller's, without what would run code in them. */
export function childEnvironment(env: Environment): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !DANGEROUS.includes(name)) clean[name] = value;
  }
  return clean;
}
