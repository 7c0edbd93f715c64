// `use ROLE`: the daemon fetches first and swaps then; here it is only asked and reported.
import type { Context } from "../context.ts";
import { controlClient } from "../daemon/client.ts";
import { EXIT } from "../errors.ts";
import { tell } from "../print.ts";
import { timeLeft } from "./instant.ts";
import { signingInFirst } from "./sign-in.ts";

export async function switchRole(context: Context, name: string): Promise<number> {
  const { status, warnings } = await signingInFirst(context, () => controlClient(context.paths.socketFile).use(name));
  const { role } = status;
  const lines = warnings.map((warning) => `metacred: ${warning}`);
  if (role === null) {
    lines.push("metacred serves no role now: new requests get none until the next metacred use");
  } else {
    const until = role.expiration === null ? "" : `, ${timeLeft(role.expiration, context.clock.now())} left`;
    lines.push(`${role.name}: ${role.arn ?? "identity unknown"}${until}`);
    lines.push("  new programs get it now, running ones when they next refresh, mostly within 2 to 10 minutes");
  }
  await tell(`${lines.join("\n")}\n`);
  return EXIT.ok;
}
