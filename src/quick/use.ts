// `use ROLE`: the daemon fetches first and swaps then; here it is only asked and reported.
import type { Context } from "../context.ts";
import { controlClient } from "../daemon/client.ts";
import { withMfaCode } from "../daemon/mfa-prompt.ts";
import type { Status } from "../daemon/protocol.ts";
import { CliError, EXIT } from "../errors.ts";
import { tell } from "../print.ts";
import { withAgreement } from "./agree.ts";
import { mfaPrompt } from "./ask-mfa.ts";
import { isPast, timeLeft, timeUntil } from "./instant.ts";
import { signingInFirst } from "./sign-in.ts";

export type SwitchOptions = { forMs?: number | undefined; yes?: boolean; mfaCode?: string | undefined };

export async function switchRole(
  context: Context,
  name: string,
  { forMs, yes = false, mfaCode }: SwitchOptions = {},
): Promise<number> {
  const control = controlClient(context.paths.socketFile);
  const forSeconds = forMs === undefined ? undefined : Math.ceil(forMs / 1000);
  const prompt = mfaPrompt(context, mfaCode);
  const {
    status,
    warnings,
    follow_seconds: follow,
  } = await withAgreement(context, yes, (granted) =>
    signingInFirst(context, () =>
      withMfaCode((code) => control.use(name, { granted, forSeconds, mfaCode: code }), prompt),
    ),
  );
  const lines = warnings.map((warning) => `metacred: ${warning}`);
  lines.push(...wordsOf(status, follow, forMs !== undefined, context.clock.now()));
  await tell(`${lines.join("\n")}\n`);
  return EXIT.ok;
}

function wordsOf(status: Status, follow: number | null | undefined, forATime: boolean, now: Date): string[] {
  const { role, temporary } = status;
  // A daemon of before `--for` would serve the role without an end.
  if (forATime && temporary === undefined) {
    throw new CliError("the role was switched to, but the daemon is too old to end it by itself", {
      hint: "metacred serve --background replaces it, then use again",
    });
  }
  const back = backWords(status, forATime, now);
  if (role === null) {
    const none = "metacred serves no role now: new requests get none until the next metacred use";
    return [
      none,
      ...(follow ? [`  running programs keep what they have, mostly up to ${minutes(follow)}`] : []),
      ...back,
    ];
  }
  const until = role.expiration === null ? "" : `, ${timeLeft(role.expiration, now)} left`;
  return [`${role.name}: ${role.arn ?? "identity unknown"}${until}`, followWords(follow), ...back];
}

// By the expiry that they were told. Some SDKs make it longer, hence "mostly"; a daemon of an older version does not say.
function followWords(follow: number | null | undefined): string {
  if (follow === null) return "  new programs get it now";
  const when = follow === undefined ? "" : `, mostly within ${minutes(follow)}`;
  return `  new programs get it now, running ones when they next refresh${when}`;
}

function minutes(forSeconds: number): string {
  const count = Math.ceil(forSeconds / 60);
  return count === 1 ? "a minute" : `${count} minutes`;
}

function backWords({ temporary }: Status, forATime: boolean, now: Date): string[] {
  if (temporary) {
    const to = temporary.back_to === "none" ? "no role" : temporary.back_to;
    return [
      `  back to ${to} by itself ${isPast(temporary.until, now) ? "now" : `in ${timeUntil(temporary.until, now)}`}`,
    ];
  }
  return forATime ? ["  it stays: it is the role that a switch for a time leads back to"] : [];
}
