// The daemon in the terminal: logs to stderr, Ctrl-C tears everything down.
import type { Context } from "../context.ts";
import { loadConfig } from "../config/load.ts";
import { EXIT } from "../errors.ts";
import { guardOfChild } from "./guard.ts";
import { openLog } from "./log-target.ts";
import type { MfaPrompt } from "./mfa-prompt.ts";
import type { Status } from "./protocol.ts";
import { type ServeOptions, serve } from "./serve.ts";
import { endBeforeReady, untilStopped } from "./signals.ts";
import { startGuard } from "./start-guard.ts";

type Say = {
  notice(text: string): void;
  ready(status: Status, warnings: readonly string[]): void;
  askMfa: MfaPrompt;
};

export async function runForeground(context: Context, options: ServeOptions, say: Say): Promise<number> {
  // The log's reader may go, as in `metacred serve 2>&1 | head`; serving goes on.
  process.stderr.on("error", () => undefined);
  const log = openLog(context, loadConfig(context.paths, context.uid).log, (line) => say.notice(`${line}\n`));
  const beforeReady = endBeforeReady();
  try {
    await serve(context, options, {
      log,
      async startGuard(plan) {
        if (context.uid !== 0) say.notice(`metacred asks for root once:\n${plan.summary}\n`);
        const { method, child } = await startGuard(plan, "pipe", context.env, say.notice);
        return guardOfChild(child, method, context.clock);
      },
      ready(status, warnings) {
        beforeReady.cancel();
        say.ready(status, warnings);
      },
      askMfa: say.askMfa,
      untilStopped: (reload) => untilStopped({ reload, hangUpStops: process.stdin.isTTY }),
    });
  } finally {
    // A question may follow, and Ctrl-C must be heard there.
    beforeReady.cancel();
  }
  return EXIT.ok;
}
