import { defineCommand } from "citty";
import type { Context } from "../context.ts";
import { controlClient } from "../daemon/client.ts";
import { EXIT } from "../errors.ts";
import { tell } from "../print.ts";

export const examples = ["metacred stop"];

export default defineCommand({
  meta: { description: "Stop the daemon and remove the redirect" },
  args: {},
  async run({ data }) {
    const context: Context = data;
    await controlClient(context.paths.socketFile).stop();
    await tell("metacred has stopped\n");
    return EXIT.ok;
  },
});
