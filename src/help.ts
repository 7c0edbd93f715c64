// Help: one usage line, examples, then the flags.
import type { ArgDef, ArgsDef, CommandMeta } from "citty";
import { aliasesOf } from "./cli-args.ts";
import type { CommandModule } from "./cli.ts";

export async function renderOverview(commands: Readonly<Record<string, CommandModule>>): Promise<string> {
  const rows: [string, string][] = [];
  for (const [name, command] of Object.entries(commands)) rows.push([name, await descriptionOf(command)]);
  return [
    "metacred: AWS credentials for every program on this machine, for the role you choose",
    "",
    "usage: metacred COMMAND [--config FILE] [--help]",
    "",
    ...table(rows),
    "",
    "  metacred --version    metacred COMMAND --help",
    "",
  ].join("\n");
}

export type HelpParts = {
  usage: string;
  description: string;
  examples: readonly string[];
  /** How a flag is written, and what it does. */
  flags: readonly (readonly [string, string])[];
};

/** What there is to say about a command, for the terminal, the manual page and the reference. */
export async function helpParts(name: string, command: CommandModule): Promise<HelpParts> {
  const args = ((await command.default.args) ?? {}) as ArgsDef;
  const flags = Object.entries(args).filter(([, arg]) => arg.type !== "positional");
  const positionals = Object.entries(args)
    .filter(([, arg]) => arg.type === "positional")
    .map(([, arg]) => (arg.required === true ? `${arg.valueHint}` : `[${arg.valueHint}]`));
  return {
    usage: [
      "metacred",
      name,
      ...(flags.length === 0 ? [] : ["[flags]"]),
      ...positionals,
      ...(command.takesTail === true ? ["-- COMMAND …"] : []),
    ].join(" "),
    description: await descriptionOf(command),
    examples: command.examples,
    flags: flags.map(([flag, arg]) => [spelling(flag, arg), describe(arg)] as const),
  };
}

export async function renderHelp(name: string, command: CommandModule): Promise<string> {
  const { usage, description, examples, flags } = await helpParts(name, command);
  const lines = [`usage: ${usage}`, "", `  ${description}`, "", ...examples.map((line) => `  $ ${line}`)];
  if (flags.length > 0) lines.push("", ...table(flags));
  return `${lines.join("\n")}\n`;
}

function spelling(name: string, arg: ArgDef): string {
  const short = aliasesOf(arg).map((alias) => `-${alias}, `);
  const long = arg.type === "boolean" && arg.default === true ? `--no-${name}` : `--${name}`;
  const value = arg.type === "boolean" ? "" : ` ${arg.valueHint ?? "VALUE"}`;
  return `${short.join("")}${long}${value}`;
}

function describe(arg: ArgDef): string {
  const negative = arg.type === "boolean" && arg.default === true ? arg.negativeDescription : undefined;
  return negative ?? arg.description ?? "";
}

export async function descriptionOf(command: CommandModule): Promise<string> {
  const meta = (await command.default.meta) as CommandMeta | undefined;
  return meta?.description ?? "";
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
