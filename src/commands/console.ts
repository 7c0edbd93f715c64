import { defineCommand } from "citty";
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { loadEngine } from "../load-engine.ts";
import { print, tell } from "../print.ts";
import { withAgreement } from "../quick/agree.ts";
import { credentialsFor } from "../quick/credential-process.ts";
import { signingInFirst } from "../quick/sign-in.ts";

export const examples = [
  "metacred console --role prod-readonly --service s3",
  "metacred console --print | wl-copy    # whoever has the address is signed in",
];

export default defineCommand({
  meta: { description: "Open the AWS console as a role; needs no daemon" },
  args: {
    role: { type: "string", valueHint: "ROLE", description: "default: the role that is served" },
    service: { type: "string", valueHint: "SERVICE", description: "its page, like s3, ec2 or cloudwatch" },
    print: { type: "boolean", description: "print the address instead of opening it: a secret for 15 minutes" },
    json: { type: "boolean", description: "print it as JSON" },
  },
  async run({ args, data }) {
    const context: Context = data;
    const { role, service, json = false } = args;
    const isPrinted = json || args.print === true;
    const { checkConsole, openConsole, signedInConsole } = await loadEngine();
    checkConsole(context, service, isPrinted);
    const answer = await withAgreement(context, false, (granted) =>
      signingInFirst(context, () => credentialsFor(context, role, { command: "console", granted })),
    );
    const address = await signedInConsole(context, answer, service);
    if (isPrinted) {
      await print(json ? `${JSON.stringify({ url: address })}\n` : `${address}\n`);
      return EXIT.ok;
    }
    await openConsole(context, address);
    await tell(`opened the console${role === undefined ? "" : ` as ${role}`} in your browser\n`);
    return EXIT.ok;
  },
});
