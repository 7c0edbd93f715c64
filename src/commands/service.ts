import { defineCommand } from "citty";
import type { Context } from "../context.ts";
import { statusIfRunning } from "../daemon/client.ts";
import { EXIT } from "../errors.ts";
import { knownWord } from "../known-word.ts";
import { print, tell } from "../print.ts";
import { type ServiceState, installService, serviceState, uninstallService } from "../service/service-command.ts";

const ACTIONS = ["install", "uninstall", "status"] as const;

export const examples = [
  "metacred service install           # start at login, with the role that was served last",
  "metacred service status",
  "sudo metacred service install --system    # a server: for everybody on it, under a user of its own",
];

export default defineCommand({
  meta: { description: "Start at login: install, uninstall or show the service" },
  args: {
    action: { type: "positional", required: true, valueHint: ACTIONS.join("|"), description: "what to do" },
    system: { type: "boolean", description: "the machine's service, under a user of its own" },
    json: { type: "boolean", description: "print the status as JSON" },
  },
  async run({ args, data }) {
    const context: Context = data;
    const action = knownWord(args.action, ACTIONS, {
      message: `"metacred service" cannot "${args.action}"`,
      before: "metacred service",
    });
    const options = { system: args.system ?? false, program: process.execPath };
    if (action === "status") return printState(await serviceState(context, options), args.json ?? false);
    const runsByHand = async () => !options.system && (await statusIfRunning(context.paths.socketFile)) !== undefined;
    const said = await (action === "install"
      ? installService(context, options, runsByHand)
      : uninstallService(context, options));
    await tell(`${said.join("\n")}\n`);
    return EXIT.ok;
  },
});

async function printState(state: ServiceState, json: boolean): Promise<number> {
  const { installed, enabled, active, file } = state;
  const words = [`installed (${file})`, enabled ? "starts by itself" : "does not start by itself"];
  const line = installed ? [...words, active ? "running" : "not running"].join(", ") : "not installed";
  await print(json ? `${JSON.stringify(state)}\n` : `${line}\n`);
  return active ? EXIT.ok : EXIT.notRunning;
}
