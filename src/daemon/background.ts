// The daemon as a process of its own: it tells its parent, line by line on stdout, how the start goes, and hears on
// stdin whether root's part is up. Descriptor 3 is then its hold on that part.
import type { Context } from "../context.ts";
import { CliError, EXIT, messageOf } from "../errors.ts";
import type { RedirectPlan, RedirectTool } from "../redirect/plan.ts";
import { loadConfig } from "../config/load.ts";
import { guardOnDescriptor } from "./guard.ts";
import { openLog } from "./log-target.ts";
import type { Status } from "./protocol.ts";
import { type ServeOptions, serve } from "./serve.ts";
import { untilStopped } from "./signals.ts";

/** What the parent hears, one JSON object a line. */
export type Announcement =
  | { event: "guard"; plan: RedirectPlan }
  | { event: "mfa"; device: string; problem: string | null }
  | { event: "ready"; status: Status; warnings: readonly string[] }
  | { event: "failed"; message: string; hint: string | null; exit: number; confirm?: string | undefined };

/** What it answers to `guard`. */
export type GuardAnswer = { up: RedirectTool };
/** And to `mfa`; null where nobody can be asked. */
export type MfaAnswer = { mfa_code: string | null };

const GUARD_DESCRIPTOR = 3;

export async function runBackground(context: Context, options: ServeOptions): Promise<number> {
  process.umask(0o077);
  // A parent that ends early takes its pipe along, which must not take the daemon.
  process.stdout.on("error", () => undefined);
  const announce = (announcement: Announcement) => void process.stdout.write(`${JSON.stringify(announcement)}\n`);
  const answers = parentsAnswers();
  try {
    const log = openLog(context, loadConfig(context.paths, context.uid).log, undefined);
    log.info("starting", { pid: process.pid });
    await serve(context, options, {
      log,
      async startGuard(plan) {
        announce({ event: "guard", plan });
        const { up } = (await answers.next()) as GuardAnswer;
        return guardOnDescriptor(GUARD_DESCRIPTOR, up, context.clock);
      },
      async askMfa(device, problem) {
        announce({ event: "mfa", device, problem: problem ?? null });
        const { mfa_code: code } = (await answers.next()) as MfaAnswer;
        return code ?? undefined;
      },
      ready: (status, warnings) => announce({ event: "ready", status, warnings }),
      untilStopped: (reload) => untilStopped({ reload, hangUpStops: false }),
    });
    return EXIT.ok;
  } catch (error) {
    const known = error instanceof CliError ? error : new CliError(messageOf(error), { cause: error });
    announce({
      event: "failed",
      message: known.message,
      hint: known.hint ?? null,
      exit: known.exit,
      confirm: known.confirm,
    });
    return known.exit;
  }
}

// One JSON object a line.
function parentsAnswers(): { next(): Promise<unknown> } {
  const lines = linesOf(Bun.stdin.stream());
  return {
    async next() {
      const { value, done } = await lines.next();
      if (done !== true) return JSON.parse(value);
      // The parent has said why already, or is gone: either way nobody waits for this daemon.
      throw new CliError("the redirect was not set up", { exit: EXIT.needsPrivilege });
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
