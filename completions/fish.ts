import { type CommandSpec, type Values, valuedFlags } from "./generate.ts";

export function renderFish(commands: readonly CommandSpec[]): string {
  const lines = [
    "# metacred completions for fish; made by `metacred completions fish`",
    words(valuedFlags(commands)),
    "complete -c metacred -f",
    `complete -c metacred -n '__metacred_at 0' -l version -d 'show the version'`,
    `complete -c metacred -n '__metacred_at 0' -l config -r -F -d 'configuration file'`,
    "complete -c metacred -l help -d 'show help'",
  ];
  if (commands.some(({ takesTail }) => takesTail)) lines.push(TAIL);
  for (const { name, description, flags, words: places, takesTail } of commands) {
    const seen = `-n '__metacred_in ${name}'`;
    lines.push(`complete -c metacred -n '__metacred_at 0' -a ${name} -d ${quote(description)}`);
    for (const [index, values] of places.entries()) {
      lines.push(`complete -c metacred -n '__metacred_at ${index + 1} ${name}' ${candidates(values)}`);
    }
    if (takesTail) {
      const behind = `-n '__metacred_in ${name}; and contains -- -- (commandline -opc)'`;
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

// The words of the line so far: the command and what it is given, without flags and their values.
const words = (valued: readonly string[]) => `function __metacred_words
  set -l tokens (commandline -opc)
  set -e tokens[1]
  set -l skip 0
  for token in $tokens
    if test $skip -eq 1
      set skip 0
      continue
    end
    switch $token
      case --
        break
      case ${valued.join(" ")}
        set skip 1
      case -
        echo -- $token
      case '-*'
      case '*'
        echo -- $token
    end
  end
end
function __metacred_in -a command
  set -l words (__metacred_words)
  test "$words[1]" = "$command"
end
function __metacred_at -a place command
  set -l words (__metacred_words)
  test (count $words) -eq $place; and test "$words[1]" = "$command"
end`;

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
