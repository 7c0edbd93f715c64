import { defineCommand } from "citty";
import { showCallers } from "../terminal/show-callers.ts";

export const examples = ["metacred who", "metacred who --follow", "metacred who --json"];

export default defineCommand({
  meta: { description: "Show which processes asked for credentials, which role each got, or why it was refused" },
  args: {
    follow: { type: "boolean", alias: "f", description: "go on with each that asks, until Ctrl-C" },
    json: { type: "boolean", description: "print a JSON list; with --follow one object a line" },
  },
  run: ({ args, data }) => showCallers(data, { follow: args.follow ?? false, json: args.json ?? false }),
});
