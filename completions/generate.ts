// Writes the completion scripts from the command definitions: `npm run completions`. A test keeps them equal.
import { join } from "node:path";
import type { ArgDef, ArgsDef } from "citty";
import { aliasesOf } from "../src/cli-args.ts";
import { COMMANDS } from "../src/cli.ts";
import { descriptionOf } from "../src/help.ts";
import { renderBash } from "./bash.ts";
import { renderFish } from "./fish.ts";
import { renderPowershell } from "./powershell.ts";
import { renderZsh } from "./zsh.ts";

/** What may follow a flag or stand as a word: all names are asked of the program at completion time. */
export type Values = "roles" | "switches" | "profiles" | "sign-ins" | "keys" | "files" | "none" | readonly string[];

export type FlagSpec = { long: string; short: string | undefined; description: string; values: Values | undefined };
export type CommandSpec = { name: string; description: string; flags: FlagSpec[]; /** By their places. */ words: readonly Values[]; /** A command line of its own follows `--`. */ takesTail: boolean };

const BY_HINT: Readonly<Record<string, Values>> = {
  ROLE: "roles",
  PROFILE: "profiles",
  FILE: "files",
  NAME: "keys",
  "PROFILE-OR-SESSION": "sign-ins",
  SESSION: "sign-ins",
  SHELL: ["bash", "zsh", "fish", "powershell"],
  FORMAT: ["sh", "fish", "powershell", "dotenv"],
};

const CONFIG_FLAG: FlagSpec = { long: "config", short: undefined, description: "configuration file", values: "files" };

export async function commandSpecs(): Promise<CommandSpec[]> {
  return Promise.all(
    Object.entries(COMMANDS).map(async ([name, command]) => {
      const args = Object.entries(((await command.default.args) ?? {}) as ArgsDef);
      const places = args.filter(([, arg]) => arg.type === "positional");
      return {
        name,
        description: await descriptionOf(command),
        flags: [...args.filter(([, arg]) => arg.type !== "positional").map(([flag, arg]) => flagSpec(flag, arg)), CONFIG_FLAG],
        // A switch may also be to no role.
        words: places.map(([, arg]) => (name === "use" ? "switches" : valuesOf(arg))),
        takesTail: command.takesTail === true,
      };
    }),
  );
}

/** Every flag that a value follows, in whatever command: the word behind it is none by itself. */
export function valuedFlags(commands: readonly CommandSpec[]): string[] {
  const flags = commands.flatMap(({ flags }) => flags.filter(({ values }) => values !== undefined));
  return [...new Set(flags.map(({ long }) => `--${long}`))];
}

function flagSpec(name: string, arg: ArgDef): FlagSpec {
  const negated = arg.type === "boolean" && arg.default === true;
  return {
    long: negated ? `no-${name}` : name,
    short: aliasesOf(arg)[0],
    description: (arg.type === "boolean" && negated ? arg.negativeDescription : arg.description) ?? "",
    values: arg.type === "boolean" ? undefined : valuesOf(arg),
  };
}

function valuesOf(arg: ArgDef): Values {
  const hint = arg.valueHint ?? "";
  // `install|uninstall` is a list of words by itself.
  return BY_HINT[hint] ?? (hint.includes("|") ? hint.split("|") : "none");
}

/** File name to text, for every shell. */
export async function completionFiles(): Promise<Record<string, string>> {
  const specs = await commandSpecs();
  return {
    "metacred.bash": renderBash(specs),
    "metacred.zsh": renderZsh(specs),
    "metacred.fish": renderFish(specs),
    "metacred.ps1": renderPowershell(specs),
  };
}

if (import.meta.main) {
  const files = await completionFiles();
  for (const [name, text] of Object.entries(files)) await Bun.write(join(import.meta.dir, name), text);
}
