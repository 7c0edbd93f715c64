// What `serve --background` starts. Not for people.
import { defineCommand } from "citty";
import { createContext } from "../context.ts";
import type { LaunchOrder } from "../daemon/launch.ts";
import { loadEngine } from "../load-engine.ts";

export const examples = [];

export default defineCommand({
  meta: { description: "The daemon itself", hidden: true },
  args: { order: { type: "positional", required: true, valueHint: "ORDER" } },
  async run({ args }) {
    const { options, configFile } = JSON.parse(args.order) as LaunchOrder;
    const { runBackground } = await loadEngine();
    return runBackground(createContext(configFile), options);
  },
});
