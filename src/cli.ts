// Second entry point of the binary, the ordinary way of a command: definition, help, strict flags, run. Definitions
// are citty's; its runMain is not used, since it prints usage to stdout, ignores `--`, and takes unknown flags in silence.
import { type ArgsDef, type CommandDef, runCommand } from "citty";
import { strictArgs } from "./cli-args.ts";
import * as completions from "./commands/completions.ts";
import * as console from "./commands/console.ts";
import * as credentialProcess from "./commands/credential-process.ts";
import * as daemon from "./commands/daemon.ts";
import * as demo from "./commands/demo.ts";
import * as doctor from "./commands/doctor.ts";
import * as env from "./commands/env.ts";
import * as exec from "./commands/exec.ts";
import * as init from "./commands/init.ts";
import * as keys from "./commands/keys.ts";
import * as login from "./commands/login.ts";
import * as logout from "./commands/logout.ts";
import * as logs from "./commands/logs.ts";
import * as net from "./commands/net.ts";
import * as roles from "./commands/roles.ts";
import * as serve from "./commands/serve.ts";
import * as serviceRun from "./commands/service-run.ts";
import * as service from "./commands/service.ts";
import * as status from "./commands/status.ts";
import * as stop from "./commands/stop.ts";
import * as use from "./commands/use.ts";
import * as who from "./commands/who.ts";
import type { Context } from "./context.ts";
import { CliError, EXIT } from "./errors.ts";
import { renderHelp, renderOverview } from "./help.ts";
import { nearestWord } from "./nearest.ts";
import { print, tell } from "./print.ts";

export type CommandModule = {
  default: CommandDef;
  examples: readonly string[];
  /** Words behind `--` belong to it; it is run with `{ context, tail }`. */
  takesTail?: boolean;
};

// What every definition has in common; its own flags are checked where it is written.
const command = <Args extends ArgsDef>(module: Omit<CommandModule, "default"> & { default: CommandDef<Args> }) =>
  module as unknown as CommandModule;

// All imported at the start: one that is imported on demand makes Bun's bundler wrap each module it shares with main.ts
// in a function, there as well, which takes a twentieth of a `status`.
export const COMMANDS: Readonly<Record<string, CommandModule>> = {
  serve: command(serve),
  use: command(use),
  status: command(status),
  stop: command(stop),
  logs: command(logs),
  roles: command(roles),
  init: command(init),
  login: command(login),
  logout: command(logout),
  keys: command(keys),
  "credential-process": command(credentialProcess),
  who: command(who),
  exec: command(exec),
  env: command(env),
  console: command(console),
  service: command(service),
  doctor: command(doctor),
  net: command(net),
  completions: command(completions),
  demo: command(demo),
};

const HIDDEN: Readonly<Record<string, CommandModule>> = {
  __daemon: command(daemon),
  __service: command(serviceRun),
};

/** Runs one command; resolves to its exit code. `tail` is what stood behind `--`. */
export async function runCli(
  head: readonly string[],
  tail: readonly string[] | undefined,
  context: Context,
): Promise<number> {
  const [name, ...rest] = head;
  if (name === undefined) {
    await tell(await renderOverview(COMMANDS));
    return EXIT.usage;
  }
  if (name === "--help" || name === "-h" || name === "help") return printHelp(rest[0]);
  // Alone they are a short cut.
  if (name === "--version" || name === "-v") throw takesNothing(name, rest[0] ?? "--");
  const command = named(COMMANDS, name) ?? named(HIDDEN, name);
  if (command === undefined) throw unknownCommand(name);
  if (rest.includes("--help") || rest.includes("-h")) return printHelp(name);
  if (tail !== undefined && command.takesTail !== true) {
    throw new CliError(`"metacred ${name}" takes nothing behind --`, {
      hint: `metacred ${name} --help`,
      exit: EXIT.usage,
    });
  }
  const args = (await command.default.args) as ArgsDef | undefined;
  const place = command.takesTail !== true ? "none" : tail === undefined ? "missing" : "given";
  const rawArgs = strictArgs(name, args ?? {}, rest, place);
  const data = command.takesTail === true ? { context, tail } : context;
  const { result } = await runCommand(command.default, { rawArgs, data });
  return typeof result === "number" ? result : EXIT.ok;
}

async function printHelp(name: string | undefined): Promise<number> {
  if (name === undefined) {
    await print(await renderOverview(COMMANDS));
    return EXIT.ok;
  }
  const command = named(COMMANDS, name);
  if (command === undefined) throw unknownCommand(name);
  await print(await renderHelp(name, command));
  return EXIT.ok;
}

// Those that stand without a command, --config also with one.
const OWN_FLAGS = ["--version", "-v", "--help", "-h", "--config"];

// Not what every object inherits: `metacred constructor` is no command.
function named(commands: Readonly<Record<string, CommandModule>>, name: string): CommandModule | undefined {
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}

function takesNothing(name: string, word: string): CliError {
  return new CliError(`"metacred ${name}" does not take "${word}"`, { hint: `metacred ${name}`, exit: EXIT.usage });
}

function unknownCommand(name: string): CliError {
  const isFlag = name.startsWith("-");
  const near = nearestWord(name.replace(/=.*/s, ""), isFlag ? OWN_FLAGS : Object.keys(COMMANDS));
  const what = isFlag ? "flag" : "command";
  return new CliError(`there is no ${what} "${name}"`, {
    hint: near === undefined ? "metacred --help" : `metacred ${near}`,
    exit: EXIT.usage,
  });
}
