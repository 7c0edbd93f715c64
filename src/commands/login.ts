import { defineCommand } from "citty";
import type { Context } from "../context.ts";
import { statusIfRunning } from "../daemon/client.ts";
import { CliError, EXIT } from "../errors.ts";
import { answerMfa } from "../quick/answer-mfa.ts";
import { whenUnlocked } from "../quick/keychain-wait.ts";
import { signIn } from "../quick/sign-in.ts";

export const examples = [
  "metacred login corp",
  "metacred login --device-code    # over SSH: sign in with a browser anywhere",
  "metacred login                  # also gives the daemon the MFA code that it waits for",
];

export default defineCommand({
  meta: { description: "Sign in to SSO (IAM Identity Center); once, for every program" },
  args: {
    name: {
      type: "positional",
      required: false,
      valueHint: "PROFILE-OR-SESSION",
      description: "default: that of the base, or the only one",
    },
    "device-code": { type: "boolean", description: "type a code in a browser anywhere, as over SSH" },
    "mfa-code": {
      type: "string",
      valueHint: "CODE",
      description: "for a daemon that waits for a code; else it is asked",
    },
    browser: { type: "boolean", default: true, negativeDescription: "print the address instead of opening it" },
  },
  async run({ args, data }) {
    const context: Context = data;
    const code = args["mfa-code"];
    const needs = args.name === undefined ? (await statusIfRunning(context.paths.socketFile))?.needs : undefined;
    if (needs) {
      await answerMfa(context, needs, code);
      return EXIT.ok;
    }
    if (code !== undefined) {
      throw new CliError("no daemon waits for a code", { hint: "metacred use ROLE --mfa-code CODE", exit: EXIT.usage });
    }
    const options = { name: args.name, deviceCode: args["device-code"] ?? false, browser: args.browser };
    await whenUnlocked(context, () => signIn(context, options));
    return EXIT.ok;
  },
});
