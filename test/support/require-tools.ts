// What a machine lacks is skipped with a line that says what to install; under CI that is a failure.

import { existsSync } from "node:fs";

type Needs = { root?: boolean; platform?: NodeJS.Platform };

/**
 * True when every named tool is on this machine. A name is looked up on PATH, a path is taken as it is.
 * For `describe.skipIf(!requireTools(["nft"], { root: true }))`. Throws where `CI=true`.
 */
export function requireTools(tools: readonly string[], needs: Needs = {}): boolean {
  const path = `${process.env["PATH"]}:/usr/sbin:/sbin`;
  const lacking = tools.filter((tool) => !(tool.startsWith("/") ? existsSync(tool) : Bun.which(tool, { PATH: path })));
  const reasons = lacking.map((tool) => `install ${tool}`);
  if (needs.root === true && process.getuid?.() !== 0) reasons.push("run as root");
  if (needs.platform !== undefined && process.platform !== needs.platform) reasons.push(`run on ${needs.platform}`);
  return reasons.length === 0 || skipped(reasons.join(", "));
}

/** Says what to do about it; under CI that is a failure. */
export function skipped(why: string): false {
  const message = `skipped: ${why}`;
  if (process.env["CI"] === "true") throw new Error(message);
  console.error(message);
  return false;
}
