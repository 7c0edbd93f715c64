import { defineCommand } from "citty";
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { whenUnlocked } from "../quick/keychain-wait.ts";
import { signIn } from "../quick/sign-in.ts";

export const examples = [
  "metacred login corp",
  "metacred login --device-code    # over SSH: sign in with a browser anywhere",
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
    browser: { type: "boolean", default: true, negativeDescription: "print the address instead of opening it" },
  },
  async run({ args, data }) {
    const context: Context = data;
    const options = { name: args.name, deviceCode: args["device-code"] ?? false, browser: args.browser };
    await whenUnlocked(context, () => signIn(context, options));
    return EXIT.ok;
  },
});
