// The daemon in the terminal: logs to stderr, Ctrl-C tears everything down.
import type { Context } from "../context.ts";
import { loadConfig } from "../config/load.ts";
import { EXIT, messageOf } from "../errors.ts";
import { letPipesWait } from "../sys/inherited-state.ts";
import { STDIN, isTerminal } from "../sys/is-terminal.ts";
import { guardOfChild } from "./guard.ts";
import { openLog } from "./log-target.ts";
import type { MfaPrompt } from "./mfa-prompt.ts";
import type { Status } from "./protocol.ts";
import { type ServeOptions, serve } from "./serve.ts";
import { endBeforeReady, untilStopped } from "./signals.ts";
import { startGuard } from "./start-guard.ts";

type Say = {
  ready(status: Status, warnings: readonly string[]): Promise<void>;
  askMfa: MfaPrompt;
};

export async function runForeground(context: Context, options: ServeOptions, say: Say): Promise<number> {
  // The log's reader may go, as in `metacred serve 2>&1 | head`, or stand still: serving goes on. Hence a stream.
  process.stderr.on("error", () => undefined);
  const notice = (text: string) => void process.stderr.write(text);
  const beforeReady = endBeforeReady();
  try {
    const log = openLog(context, loadConfig(context.paths, context.uid).log, (line) => notice(`${line}\n`));
    await serve(context, options, {
      log,
      async startGuard(plan) {
        if (context.uid !== 0) notice(`metacred asks for root once:\n${plan.summary}\n`);
        const { method, child } = await startGuard(plan, "pipe", context.env, notice);
        return guardOfChild(child, method, context.clock);
      },
      ready(status, warnings) {
        beforeReady.cancel();
        say.ready(status, warnings).catch((error: unknown) => notice(`metacred: ${messageOf(error)}\n`));
      },
      askMfa: say.askMfa,
      untilStopped: (reload) => untilStopped({ reload, hangUpStops: isTerminal(STDIN) }),
    });
  } finally {
    // A question may follow, and Ctrl-C must be heard there.
    beforeReady.cancel();
    letPipesWait();
  }
  return EXIT.ok;
}
