import { defineCommand } from "citty";
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { loadEngine } from "../load-engine.ts";
import { print, tell } from "../print.ts";

export const examples = ["metacred roles", "metacred roles --refresh    # ask SSO anew for accounts and roles"];

export default defineCommand({
  meta: {
    description: "List the names that `use` accepts: roles of the config, AWS profiles, roles of SSO and of brokers",
  },
  args: {
    json: { type: "boolean", description: "print a JSON list" },
    refresh: { type: "boolean", description: "ask SSO again; otherwise once a day" },
  },
  async run({ args, data }) {
    const context: Context = data;
    const { listRoles } = await loadEngine();
    const { names, notes } = await listRoles(context, args.refresh ?? false);
    for (const note of notes) await tell(`metacred: ${note}\n`);
    if (names.length === 0 && args.json !== true)
      await tell("there are no roles yet: aws configure sso, then metacred init\n");
    await print(args.json === true ? `${JSON.stringify(names)}\n` : names.map((name) => `${name}\n`).join(""));
    return EXIT.ok;
  },
});
