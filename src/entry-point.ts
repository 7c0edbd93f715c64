import { VERSION } from "./version.ts";

/**
 * Where another entry point of this program is, to be imported from a file beside this one. Put together at run time: a
 * plain name would be bundled into whoever imports it, and so be in the binary twice.
 */
export function entryPoint(name: "cli" | "engine" | "keychain" | "turn"): string {
  const extension = VERSION.endsWith("-dev") ? "ts" : "js";
  return [`./${name}`, extension].join(".");
}
