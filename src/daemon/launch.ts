// `serve --background`, the parent's side: starts the daemon in a session of its own, runs root's part where the
// terminal still is, and returns only when the daemon is ready, or says why it is not.
import { closeSync } from "node:fs";
import { resolve } from "node:path";
import type { Context } from "../context.ts";
import { CliError, EXIT, type ExitCode } from "../errors.ts";
import type { Environment } from "../paths.ts";
import { childEnvironment } from "../sys/child-environment.ts";
import { heededSignals } from "../sys/heeded-signals.ts";
import { openToAppend } from "../sys/own-files.ts";
import { ownCommand } from "../sys/own-command.ts";
import type { Announcement, GuardAnswer, MfaAnswer } from "./background.ts";
import type { MfaPrompt } from "./mfa-prompt.ts";
import type { Status } from "./protocol.ts";
import type { ServeOptions } from "./serve.ts";
import { startGuard } from "./start-guard.ts";

const DAEMON_COMMAND = "__daemon";

/** What the daemon is started with. */
export type LaunchOrder = { options: ServeOptions; configFile: string | undefined };

export type Launched = { status: Status; warnings: readonly string[] };

/** The person before it. */
export type Terminal = { say(text: string): void; askMfa: MfaPrompt };

const GUARD_DESCRIPTOR = 3;

export async function launchDaemon(
  context: Context,
  options: ServeOptions,
  { say, askMfa }: Terminal,
): Promise<Launched> {
  const { paths } = context;
  const logDescriptor = openToAppend(paths.logFile);
  const order: LaunchOrder = { options, configFile: configOf(context) };
  const daemon = Bun.spawn([...ownCommand(), DAEMON_COMMAND, JSON.stringify(order)], {
    detached: true,
    cwd: context.home,
    // Bun looks whether to collect garbage every second; half a minute is enough for a daemon that mostly sleeps.
    env: { BUN_GC_TIMER_INTERVAL: "30000", ...childEnvironment(absolutePaths(context)) },
    // The fourth is the daemon's hold on root's part; its other end becomes that part's standard input.
    stdio: ["pipe", "pipe", logDescriptor, "pipe"],
  });
  closeSync(logDescriptor);
  using start = givenUpBySignal(daemon);
  for await (const announcement of announcements(daemon.stdout)) {
    switch (announcement.event) {
      case "guard": {
        // Ctrl-C at the password prompt is sudo's to hear; this process stays to say what came of it.
        await reply(daemon, await start.without(() => runGuard(context, announcement, daemon, say)));
        break;
      }
      case "mfa": {
        const code = await askMfa(announcement.device, announcement.problem ?? undefined);
        await reply(daemon, { mfa_code: code ?? null });
        break;
      }
      case "ready":
        daemon.unref();
        return announcement;
      case "failed":
        await daemon.exited;
        throw new CliError(announcement.message, {
          hint: announcement.hint ?? undefined,
          exit: announcement.exit as ExitCode,
          confirm: announcement.confirm,
        });
    }
  }
  throw new CliError(`the daemon ended before it was ready (exit ${await daemon.exited})`, {
    hint: `tail ${paths.logFile}`,
  });
}

type Daemon = Bun.Subprocess<"pipe", "pipe", number>;

// Whoever presses Ctrl-C has given up: a daemon in a session of its own would hear nothing of it, and serve a minute later.
function givenUpBySignal(daemon: Daemon): Disposable & { without<T>(task: () => Promise<T>): Promise<T> } {
  const signals = heededSignals(["SIGINT", "SIGTERM"]);
  const heard = (signal: NodeJS.Signals) => {
    stop();
    daemon.kill("SIGTERM");
    void daemon.exited.then(() => process.kill(process.pid, signal));
  };
  const listen = () => signals.forEach((signal) => process.on(signal, heard));
  const stop = () => signals.forEach((signal) => process.off(signal, heard));
  listen();
  return {
    async without(task) {
      stop();
      try {
        return await task();
      } finally {
        listen();
      }
    },
    [Symbol.dispose]: stop,
  };
}

async function reply(daemon: Daemon, answer: GuardAnswer | MfaAnswer): Promise<void> {
  void daemon.stdin.write(`${JSON.stringify(answer)}\n`);
  await daemon.stdin.flush();
}

async function runGuard(
  context: Context,
  { plan }: Announcement & { event: "guard" },
  daemon: Daemon,
  say: (text: string) => void,
): Promise<GuardAnswer> {
  if (context.uid !== 0) say(`metacred asks for root once:\n${plan.summary}\n`);
  const end = daemon.stdio[GUARD_DESCRIPTOR];
  if (typeof end !== "number") throw new CliError("the daemon's pipe is missing", { exit: EXIT.failure });
  const stay = () => undefined;
  process.on("SIGINT", stay);
  try {
    const { method } = await startGuard(plan, end, context.env, say);
    return { up: method };
  } catch (error) {
    // Closed without an answer: the daemon undoes what it has and ends.
    await daemon.stdin.end();
    await daemon.exited;
    throw error;
  } finally {
    process.off("SIGINT", stay);
    // Else this process would hold root's part's end open as long as it lives.
    closeSync(end);
  }
}

async function* announcements(stream: ReadableStream<Uint8Array>): AsyncGenerator<Announcement> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as Announcement;
  }
}

function configOf({ paths, cwd }: Context): string | undefined {
  return paths.configNamed ? resolve(cwd, paths.configFile) : undefined;
}

// The daemon lives in the home folder, so what is named relative to here must be named in full.
function absolutePaths({ env, cwd }: Context): Environment {
  const named = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CA_BUNDLE", "AWS_WEB_IDENTITY_TOKEN_FILE"];
  const absolute = named.flatMap((name) => (env[name] ? [[name, resolve(cwd, env[name])] as const] : []));
  return { ...env, ...Object.fromEntries(absolute) };
}
