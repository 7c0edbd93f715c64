import { defineCommand } from "citty";
import { showLog } from "../terminal/show-log.ts";

export const examples = ["metacred logs | grep warn", "metacred logs --follow"];

export default defineCommand({
  meta: { description: "Print the daemon's log" },
  args: { follow: { type: "boolean", alias: "f", description: "the last lines, then each new one, until Ctrl-C" } },
  run: ({ args, data }) => showLog(data, args.follow ?? false),
});
