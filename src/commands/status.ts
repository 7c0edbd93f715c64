import { defineCommand } from "citty";
import { watchStatus } from "../terminal/watch-status.ts";
import { printStatus } from "../quick/status.ts";

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
  run: ({ args, data }) =>
    args.watch === true
      ? watchStatus(data)
      : printStatus(data, { json: args.json ?? false, check: args.check ?? false, format: args.format }),
});
