import { defineCommand } from "citty";
import type { Context } from "../context.ts";
import { EXIT } from "../errors.ts";
import { loadEngine } from "../load-engine.ts";

export const examples = ["metacred roles", "metacred roles --json"];

export default defineCommand({
  meta: { description: "List the names that `use` accepts: roles of the config, AWS profiles, roles of brokers" },
  args: { json: { type: "boolean", description: "print a JSON list" } },
  async run({ args, data }) {
    const context: Context = data;
    const { listRoles } = await loadEngine();
    const names = await listRoles(context, (text) => void process.stderr.write(text));
    process.stdout.write(args.json === true ? `${JSON.stringify(names)}\n` : names.map((name) => `${name}\n`).join(""));
    return EXIT.ok;
  },
});
