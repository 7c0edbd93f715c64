// What `serve` says when it is ready.
import type { Status } from "../daemon/protocol.ts";
import { print, tell } from "../print.ts";

/** Words to stderr; in endpoint mode the variable that clients need to stdout, for `export $(…)`. */
export async function sayReady(status: Status, warnings: readonly string[]): Promise<void> {
  const { role, endpoints, redirect, pid } = status;
  const lines = warnings.map((warning) => `metacred: ${warning}`);
  lines.push(
    `serving ${role?.name ?? "no role"} (${role?.arn ?? "identity unknown"}) at ${endpoints.imds ?? endpoints.endpoint}`,
  );
  lines.push(`  pid ${pid}, redirect ${redirect.method}; metacred use ROLE switches, metacred stop ends it`);
  await tell(`${lines.join("\n")}\n`);
  if (endpoints.imds === null) await print(`AWS_EC2_METADATA_SERVICE_ENDPOINT=${endpoints.endpoint}\n`);
}
