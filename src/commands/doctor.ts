import { defineCommand } from "citty";
import { loadEngine } from "../load-engine.ts";

export const examples = ["metacred doctor", "metacred doctor --fix", "metacred doctor --json"];

export default defineCommand({
  meta: { description: "Find what would stop an SDK from getting the role, and how to mend it" },
  args: {
    json: { type: "boolean", description: "print JSON" },
    fix: { type: "boolean", description: "apply what is safe: permissions and stale files of metacred's own" },
  },
  async run({ args, data }) {
    const { runDoctor } = await loadEngine();
    return runDoctor(data, { json: args.json ?? false, fix: args.fix ?? false });
  },
});
