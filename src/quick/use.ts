// `use ROLE`: the daemon fetches first and swaps then; here it is only asked and reported.
import type { Context } from "../context.ts";
import { controlClient } from "../daemon/client.ts";
import { type MfaPrompt, withMfaCode } from "../daemon/mfa-prompt.ts";
import { EXIT } from "../errors.ts";
import { tell } from "../print.ts";
import { timeLeft } from "./instant.ts";
import { signingInFirst } from "./sign-in.ts";

export async function switchRole(context: Context, name: string, mfaCode?: string): Promise<number> {
  const control = controlClient(context.paths.socketFile);
  const prompt = lazyPrompt(context, mfaCode);
  const { status, warnings } = await signingInFirst(context, () =>
    withMfaCode((code) => control.use(name, code), prompt),
  );
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

// Most switches need no code, and loading what asks for one takes a tenth of such a switch.
function lazyPrompt(context: Context, mfaCode: string | undefined): MfaPrompt {
  let prompt: MfaPrompt | undefined;
  return async (device, problem) => {
    prompt ??= (await import("./ask-mfa.ts")).mfaPrompt(context, mfaCode);
    return prompt(device, problem);
  };
}
