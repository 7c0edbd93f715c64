import { defineCommand } from "citty";
import { parseDurationMs } from "../config/duration.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import { pickRole } from "../terminal/pick-role.ts";
import { switchRole } from "../quick/use.ts";

export const examples = [
  "metacred use                      # choose from a list",
  "metacred use prod-readonly --for 30m",
  "metacred use -                    # the role before",
];

const LONGEST_MS = 7 * 24 * 3_600_000;
const INTERRUPTED = 130;

export default defineCommand({
  meta: { description: "Switch the role that is served" },
  args: {
    role: {
      type: "positional",
      required: false,
      valueHint: "ROLE",
      description: "a role of the config, an AWS profile, ACCOUNT/ROLE, a role ARN, - or none",
    },
    for: { type: "string", valueHint: "TIME", description: "go back by itself after this time, like 30m or 1h30m" },
    yes: { type: "boolean", description: "agree to a protected role without being asked" },
    "mfa-code": {
      type: "string",
      valueHint: "CODE",
      description: "what the role's MFA device shows; else it is asked",
    },
  },
  async run({ args, data }) {
    const context: Context = data;
    const forMs = lengthOf(args.for);
    const role = args.role ?? (await pickRole(context));
    if (role === undefined) return INTERRUPTED;
    return switchRole(context, role, { forMs, yes: args.yes ?? false, mfaCode: args["mfa-code"] });
  },
});

function lengthOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDurationMs(text);
  if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return ms;
  throw new CliError(`"${text}" is no time up to 168h`, { hint: "metacred use ROLE --for 30m", exit: EXIT.usage });
}
