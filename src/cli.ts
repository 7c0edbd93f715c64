// Second entry point of the binary, the ordinary way of a command: definition, help, strict flags, run. Definitions
// are citty's; its runMain is not used, since it prints usage to stdout, ignores `--`, and takes unknown flags in silence.
import { type ArgsDef, type CommandDef, runCommand } from "citty";
import { strictArgs } from "./cli-args.ts";
import type { Context } from "./context.ts";
import { CliError, EXIT } from "./errors.ts";
import { renderHelp, renderOverview } from "./help.ts";
import { nearestWord } from "./nearest.ts";

export type CommandModule = {
  default: CommandDef;
  examples: readonly string[];
  /** Words behind `--` belong to it; it is run with `{ context, tail }`. */
  takesTail?: boolean;
};

type Load = () => Promise<CommandModule>;

// What every definition has in common; its own flags are checked where it is written.
const load = <Args extends ArgsDef>(module: Promise<Omit<CommandModule, "default"> & { default: CommandDef<Args> }>) =>
  module as unknown as Promise<CommandModule>;

export const COMMANDS: Readonly<Record<string, Load>> = {
  serve: () => load(import("./commands/serve.ts")),
  use: () => load(import("./commands/use.ts")),
  status: () => load(import("./commands/status.ts")),
  stop: () => load(import("./commands/stop.ts")),
  logs: () => load(import("./commands/logs.ts")),
  roles: () => load(import("./commands/roles.ts")),
  init: () => load(import("./commands/init.ts")),
  login: () => load(import("./commands/login.ts")),
  logout: () => load(import("./commands/logout.ts")),
  keys: () => load(import("./commands/keys.ts")),
  "credential-process": () => load(import("./commands/credential-process.ts")),
  who: () => load(import("./commands/who.ts")),
  exec: () => load(import("./commands/exec.ts")),
  env: () => load(import("./commands/env.ts")),
  console: () => load(import("./commands/console.ts")),
  service: () => load(import("./commands/service.ts")),
  doctor: () => load(import("./commands/doctor.ts")),
  net: () => load(import("./commands/net.ts")),
  completions: () => load(import("./commands/completions.ts")),
  demo: () => load(import("./commands/demo.ts")),
};

const HIDDEN: Readonly<Record<string, Load>> = {
  __daemon: () => load(import("./commands/daemon.ts")),
  __service: () => load(import("./commands/service-run.ts")),
};

/** Runs one command; resolves to its exit code. `tail` is what stood behind `--`. */
export async function runCli(
  head: readonly string[],
  tail: readonly string[] | undefined,
  context: Context,
): Promise<number> {
  const [name, ...rest] = head;
  if (name === undefined) {
    process.stderr.write(await renderOverview(COMMANDS));
    return EXIT.usage;
  }
  if (name === "--help" || name === "-h" || name === "help") return printHelp(rest[0]);
  const command = await (named(COMMANDS, name) ?? named(HIDDEN, name))?.();
  if (command === undefined) throw unknownCommand(name);
  if (rest.includes("--help") || rest.includes("-h")) return printHelp(name);
  if (tail !== undefined && command.takesTail !== true) {
    throw new CliError(`"metacred ${name}" takes nothing behind --`, {
      hint: `metacred ${name} --help`,
      exit: EXIT.usage,
    });
  }
  const args = (await command.default.args) as ArgsDef | undefined;
  const rawArgs = strictArgs(name, args ?? {}, rest, command.takesTail);
  const data = command.takesTail === true ? { context, tail } : context;
  const { result } = await runCommand(command.default, { rawArgs, data });
  return typeof result === "number" ? result : EXIT.ok;
}

async function printHelp(name: string | undefined): Promise<number> {
  if (name === undefined) {
    process.stdout.write(await renderOverview(COMMANDS));
    return EXIT.ok;
  }
  const command = await named(COMMANDS, name)?.();
  if (command === undefined) throw unknownCommand(name);
  process.stdout.write(await renderHelp(name, command));
  return EXIT.ok;
}

// Not what every object inherits: `metacred constructor` is no command.
function named(commands: Readonly<Record<string, Load>>, name: string): Load | undefined {
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}

function unknownCommand(name: string): CliError {
  const near = nearestWord(name, Object.keys(COMMANDS));
  const what = name.startsWith("-") ? "flag" : "command";
  return new CliError(`there is no ${what} "${name}"`, {
    hint: near === undefined ? "metacred --help" : `metacred ${near}`,
    exit: EXIT.usage,
  });
}
