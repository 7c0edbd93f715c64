import { defineCommand } from "citty";
import { execCommand } from "../quick/exec.ts";

export const examples = [
  "metacred exec --role prod-readonly -- terraform plan",
  "metacred exec --role dev --env -- old-tool    # keys in variables, for tools that know nothing else",
];

/** The command stands behind `--`. */
export const takesTail = true;

export default defineCommand({
  meta: { description: "Run a command under a role, without touching the one that is served" },
  args: {
    role: { type: "string", valueHint: "ROLE", description: "default: the role that is served" },
    env: { type: "boolean", description: "give it keys in variables, not an endpoint that renews them" },
  },
  run: ({ args, data: { context, tail } }) => execCommand(context, { role: args.role, env: args.env ?? false }, tail),
});
