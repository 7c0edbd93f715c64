import { defineCommand } from "citty";
import { ENV_FORMATS, printEnv } from "../quick/env.ts";

export const examples = [
  'eval "$(metacred env --role dev)"',
  "metacred env --format fish | source",
  "docker run --env-file <(metacred env --format dotenv) IMAGE",
];

export default defineCommand({
  meta: { description: "Print a role's credentials as variables for a shell; needs no daemon" },
  args: {
    role: { type: "string", valueHint: "ROLE", description: "default: the role that is served" },
    format: { type: "string", valueHint: "FORMAT", description: `${ENV_FORMATS.join(", ")} (default sh)` },
    json: { type: "boolean", description: "print one JSON object" },
  },
  run: ({ args, data }) => printEnv(data, { role: args.role, format: args.format, json: args.json ?? false }),
});
