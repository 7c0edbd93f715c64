import { defineCommand } from "citty";
import { loadEngine } from "../load-engine.ts";

export const examples = ["metacred demo", "metacred demo --keep    # leave it running to play with"];

export default defineCommand({
  meta: { description: "See it work in a minute, with a mock AWS: no account, no network, no root" },
  args: { keep: { type: "boolean", description: "leave mock and emulator running until Ctrl-C" } },
  async run({ args, data }) {
    const { runDemo } = await loadEngine();
    return runDemo(data, { keep: args.keep ?? false });
  },
});
