import { defineCommand } from "citty";
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { loadEngine } from "../load-engine.ts";
import { sayNotice } from "../quick/sign-in.ts";

export const examples = ["metacred logout", "metacred logout corp"];

export default defineCommand({
  meta: { description: "Sign out of SSO, at AWS and here; sessions that came from it are dropped" },
  args: {
    name: {
      type: "positional",
      required: false,
      valueHint: "SESSION",
      description: "an sso-session or a profile; default as for login",
    },
  },
  async run({ args, data }) {
    const context: Context = data;
    const { runLogout } = await loadEngine();
    const { word, wasIn } = await runLogout(context, args.name, sayNotice);
    sayNotice(wasIn ? `signed out of "${word}"` : `nobody was signed in to "${word}"`);
    return EXIT.ok;
  },
});
