import { defineCommand } from "citty";
import { NET_ACTIONS, netActionOf } from "../daemon/net-action.ts";
import { loadEngine } from "../load-engine.ts";

export const examples = [
  "metacred net plan       # exactly what root would run",
  "metacred net down       # remove every trace, also of a metacred that was killed",
  "metacred net install    # root's part on demand: never ask for a password again",
];

export default defineCommand({
  meta: { description: "The redirect alone: plan, up, down, status, install, uninstall" },
  args: {
    action: { type: "positional", required: true, valueHint: NET_ACTIONS.join("|") },
    json: { type: "boolean", description: "print JSON" },
  },
  async run({ args, data }) {
    const action = netActionOf(args.action);
    const { runNet } = await loadEngine();
    return runNet(data, action, args.json ?? false);
  },
});
