// `metacred net ACTION`: does it, then says it in words or as JSON.
import type { Context } from "../context.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { print, tell } from "../print.ts";
import type { NetAction } from "./net-action.ts";
import { netDown, netInstall, netPlan, netStatus, netUninstall, netUp } from "./net-client.ts";
import { renderPlan, renderStatus } from "./net-text.ts";

/** Data goes to stdout; where there is none, a sentence to stderr, or with `json` what `net status` would print. */
export async function runNet(context: Context, action: NetAction, json: boolean): Promise<ExitCode> {
  const say = (text: string) => void tell(text);
  const show = (data: unknown, text: string) => print(json ? `${JSON.stringify(data, undefined, 2)}\n` : text);
  const done = async (sentence: string) => (json ? show(await netStatus(context), "") : tell(`${sentence}\n`));
  switch (action) {
    case "plan": {
      const plan = await netPlan(context);
      await show(plan, renderPlan(plan));
      break;
    }
    case "status": {
      const status = await netStatus(context);
      await show(status, renderStatus(status));
      break;
    }
    case "up": {
      const { redirect } = await netUp(context, say);
      await done(`169.254.169.254 leads to metacred (${redirect.method})`);
      break;
    }
    case "down":
      await netDown(context, say);
      await done("nothing of the redirect is left");
      break;
    case "install":
      await netInstall(context, say);
      await done("root's part starts on demand from now on; metacred net uninstall removes it");
      break;
    case "uninstall":
      await netUninstall(context, say);
      await done("nothing of root's part is installed");
      break;
  }
  return EXIT.ok;
}
