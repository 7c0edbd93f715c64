import { defineCommand } from "citty";
import { watchStatus } from "../terminal/watch-status.ts";
import { STATUS_FLAGS, notTogether, printStatus } from "../quick/status.ts";

export const examples = [
  "metacred status --watch",
  "metacred status --check && terraform apply",
  "metacred status --format '{role} {expires_in}'",
];

export default defineCommand({
  meta: { description: "Show the role, its expiry, and whether clients reach it" },
  args: {
    json: { type: "boolean", description: "print everything as JSON" },
    check: { type: "boolean", description: "exit 0 only when a fresh SDK would get the role; 3 without a daemon" },
    watch: { type: "boolean", description: "keep showing it until q or Ctrl-C" },
    format: { type: "string", valueHint: "TEMPLATE", description: "fill {role} {account} {expires_in} {state}" },
  },
  run({ args, data }) {
    const { json = false, check = false, format, watch = false } = args;
    if (!watch) return printStatus(data, { json, check, format });
    const other = json ? STATUS_FLAGS.json : check ? STATUS_FLAGS.check : STATUS_FLAGS.format;
    if (json || check || format !== undefined) throw notTogether("--watch", other);
    return watchStatus(data);
  },
});
