// Refuses what a definition does not name, since citty itself takes unknown flags and extra words in silence.
import type { ArgDef, ArgsDef } from "citty";
import { CliError, EXIT } from "./errors.ts";
import { nearestWord } from "./nearest.ts";

type Flag = { name: string; takesValue: boolean };

/** Whether words belong behind `--`, and are there. */
export type Tail = "none" | "missing" | "given";

/** The words as citty understands them, each `--flag=value` in one. Throws with exit 2 and the nearest right flag. */
export function strictArgs(command: string, args: ArgsDef, words: readonly string[], tail: Tail = "none"): string[] {
  const flags = flagsOf(args);
  const places = Object.values(args).filter((arg) => arg.type === "positional");
  const accepted: string[] = [];
  let positionals = 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    if (word === "") throw usage(command, `"metacred ${command}" was given an empty word`);
    if (!word.startsWith("-") || word === "-") {
      positionals++;
      if (positionals > places.length) {
        const hint = hintForWord(word, accepted, flags, tail);
        throw usage(command, `"metacred ${command}" does not take "${word}"`, hint && `metacred ${command} ${hint}`);
      }
      accepted.push(word);
      continue;
    }
    const [spelling = "", joined] = word.split(/=(.*)/s, 2);
    const flag = flags.get(spelling);
    if (flag === undefined) throw unknownFlag(command, spelling, flags.keys());
    if (!flag.takesValue) {
      if (joined !== undefined) throw usage(command, `${spelling} takes no value`);
      accepted.push(`--${flag.name}`);
      continue;
    }
    const value = joined ?? words[++index];
    if (value === undefined || value === "") throw usage(command, `${spelling} needs a value`);
    accepted.push(`--${flag.name}=${value}`);
  }
  const missing = places[positionals];
  if (missing?.required === true) throw usage(command, `"metacred ${command}" needs ${missing.valueHint ?? "a word"}`);
  return accepted;
}

/** Every spelling of every flag: `--name`, `-n`, and `--no-name` for what is on by default. */
function flagsOf(args: ArgsDef): Map<string, Flag> {
  const flags = new Map<string, Flag>();
  for (const [name, arg] of Object.entries(args)) {
    if (arg.type === "positional") continue;
    const negated = arg.type === "boolean" && arg.default === true;
    const flag = { name: negated ? `no-${name}` : name, takesValue: arg.type !== "boolean" };
    flags.set(`--${flag.name}`, flag);
    for (const alias of aliasesOf(arg)) flags.set(`-${alias}`, flag);
  }
  return flags;
}

export function aliasesOf(arg: ArgDef): string[] {
  const alias = "alias" in arg ? arg.alias : undefined;
  return alias === undefined ? [] : [alias].flat();
}

/** `aws-vault exec ROLE -- COMMAND` and `assume ROLE` are in many fingers. */
function hintForWord(
  word: string,
  accepted: readonly string[],
  flags: ReadonlyMap<string, Flag>,
  tail: Tail,
): string | undefined {
  if (tail === "missing") return `-- ${word} …`;
  if (!flags.has("--role") || accepted.some((one) => one.startsWith("--role="))) return undefined;
  return `--role ${word}${tail === "given" ? " -- …" : ""}`;
}

function unknownFlag(command: string, flag: string, known: Iterable<string>): CliError {
  const near = nearestWord(flag, [...known, "--help", "--config"]);
  return usage(command, `"metacred ${command}" has no flag ${flag}`, near && `metacred ${command} ${near}`);
}

function usage(command: string, message: string, hint = `metacred ${command} --help`): CliError {
  return new CliError(message, { hint, exit: EXIT.usage });
}
