import { defineCommand } from "citty";
import type { Context } from "../context.ts";
import { launchDaemon } from "../daemon/launch.ts";
import { refuseSudo } from "../daemon/refuse-start.ts";
import { CliError, EXIT } from "../errors.ts";
import { loadEngine } from "../load-engine.ts";
import { tell } from "../print.ts";
import { withAgreement } from "../quick/agree.ts";
import { mfaPrompt } from "../quick/ask-mfa.ts";
import { whenUnlocked } from "../quick/keychain-wait.ts";
import { sayReady } from "../quick/ready.ts";
import { signingInFirst } from "../quick/sign-in.ts";

export const examples = [
  "metacred serve --role dev --background",
  "metacred serve --profile corp",
  "metacred serve --role dev --no-redirect    # no privileges: prints the endpoint to export",
];

export default defineCommand({
  meta: { description: "Get credentials and serve them at 169.254.169.254 until stopped" },
  args: {
    role: { type: "string", valueHint: "ROLE", description: "serve this role (default: default_role of the config)" },
    profile: { type: "string", valueHint: "PROFILE", description: "AWS profile that roles are assumed from" },
    background: { type: "boolean", alias: "d", description: "detach; return when ready" },
    port: { type: "string", valueHint: "PORT", description: "listen on this port of 127.0.0.1 (default 25772)" },
    redirect: {
      type: "boolean",
      default: true,
      negativeDescription: "endpoint mode: no privileges, clients need AWS_EC2_METADATA_SERVICE_ENDPOINT",
    },
    "mfa-code": {
      type: "string",
      valueHint: "CODE",
      description: "what the role's MFA device shows; else it is asked",
    },
    force: { type: "boolean", description: "serve although another metadata service answers" },
  },
  async run({ args, data }) {
    const context: Context = data;
    refuseSudo(context);
    const { role, profile, redirect, force } = args;
    const options = { role, profile, port: portOf(args.port), redirect, force: force ?? false };
    const askMfa = mfaPrompt(context, args["mfa-code"]);
    const start = async (granted: boolean) => {
      if (args.background === true) {
        const { status, warnings } = await launchDaemon(
          context,
          { ...options, granted },
          { say: (text) => void tell(text), askMfa },
        );
        await sayReady(status, warnings);
        return EXIT.ok;
      }
      const { runForeground } = await loadEngine();
      return runForeground(context, { ...options, granted }, { ready: sayReady, askMfa });
    };
    return withAgreement(context, false, (granted) =>
      whenUnlocked(context, () => signingInFirst(context, () => start(granted))),
    );
  },
});

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new CliError(`"${text}" is no port`, { hint: "metacred serve --port 25772", exit: EXIT.usage });
}
