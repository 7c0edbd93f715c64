import type { CommandSpec, Values } from "./generate.ts";

export function renderFish(commands: readonly CommandSpec[]): string {
  const lines = [
    "# metacred completions for fish; made by `metacred completions fish`",
    "complete -c metacred -f",
    `complete -c metacred -n __fish_use_subcommand -l version -d 'show the version'`,
    "complete -c metacred -l help -d 'show help'",
  ];
  if (commands.some(({ takesTail }) => takesTail)) lines.push(TAIL);
  for (const { name, description, flags, words, takesTail } of commands) {
    const seen = `-n '__fish_seen_subcommand_from ${name}'`;
    lines.push(`complete -c metacred -n __fish_use_subcommand -a ${name} -d ${quote(description)}`);
    if (words !== "none") lines.push(`complete -c metacred ${seen} ${candidates(words)}`);
    if (takesTail) {
      const behind = `-n '__fish_seen_subcommand_from ${name}; and contains -- -- (commandline -opc)'`;
      lines.push(`complete -c metacred ${behind} -a '(__metacred_tail)'`);
    }
    for (const { long, short, description: what, values } of flags) {
      const spelling = `-l ${long}${short === undefined ? "" : ` -s ${short}`}`;
      const value = values === undefined ? "" : ` -r ${candidates(values)}`;
      lines.push(`complete -c metacred ${seen} ${spelling}${value} -d ${quote(what)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

const TAIL = `function __metacred_tail
  set -l tokens (commandline -opc)
  set -e tokens[1..(contains -i -- -- $tokens)]
  set -a tokens (commandline -ct)
  complete -C "$tokens"
end`;

function candidates(values: Values): string {
  if (values === "none") return "-f";
  if (values === "files") return "-F";
  return typeof values === "string" ? `-f -a '(metacred __complete ${values} --described)'` : `-f -a '${values.join(" ")}'`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
