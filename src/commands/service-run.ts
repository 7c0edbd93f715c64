// What `service install` has started at login. Not for people.
import { defineCommand } from "citty";
import { loadEngine } from "../load-engine.ts";

export const examples = [];

export default defineCommand({
  meta: { description: "The daemon under a service manager", hidden: true },
  args: { system: { type: "boolean", description: "for the whole machine" } },
  async run({ args, data }) {
    const { runUnderService } = await loadEngine();
    return runUnderService(data, { system: args.system ?? false }, (text) => void process.stderr.write(text));
  },
});
