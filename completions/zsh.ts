import type { CommandSpec, FlagSpec, Values } from "./generate.ts";

export function renderZsh(commands: readonly CommandSpec[]): string {
  const names = commands.map(({ name, description }) => `    '${name}:${quote(description)}'`);
  const cases = commands.map(
    (command) => `    ${command.name})${command.takesTail ? TAIL : ""}
      _arguments -s ${[...command.flags.flatMap(flag), "'(- *)--help[show help]'", ...words(command)].join(" \\\n        ")} ;;`,
  );
  return `#compdef metacred
# metacred completions for zsh; made by \`metacred completions zsh\`
_metacred_names() {
  local -a names
  names=(\${(f)"$(metacred __complete $1 --described 2>/dev/null)"})
  # _describe divides at the first colon that has no backslash, and an ARN is full of them.
  names=(\${\${names//:/\\\\:}/$'\\t'/:})
  _describe name names
}
_metacred() {
  # Not \`commands\`: zsh has an array of that name, which completes the words behind \`--\`.
  local -a subcommands
  subcommands=(
${names.join("\n")}
  )
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '(- *)--help[show help]' '(- *)--version[show the version]' '--config=[configuration file]:file:_files' \\
    '1: :->command' '*::argument:->argument'
  case $state in
    command) _describe command subcommands ;;
    argument)
      case $line[1] in
${cases.map((one) => one.replaceAll(/^/gm, "    ")).join("\n")}
      esac ;;
  esac
}
if [[ $funcstack[1] == _metacred ]]; then _metacred "$@"; else compdef _metacred metacred; fi
`;
}

// Behind `--` the line is another program's.
const TAIL = `
      local -i cut=\${words[(i)--]}
      if (( cut < CURRENT )); then
        words=("\${(@)words[cut+1,-1]}")
        (( CURRENT -= cut ))
        _normal
        return
      fi`;

function flag({ long, short, description, values }: FlagSpec): string[] {
  // With the sign a value may be joined to its flag, or be the next word.
  const spellings = [`--${long}${values === undefined ? "" : "="}`, ...(short === undefined ? [] : [`-${short}`])];
  return spellings.map((one) => `'${one}[${quote(description)}]${values === undefined ? "" : `:value:${action(values)}`}'`);
}

function words({ words: places }: CommandSpec): string[] {
  return places.map((values, index) => `'${index + 1}:word:${action(values)}'`);
}

function action(values: Values): string {
  if (values === "none") return "";
  if (values === "files") return "_files";
  return typeof values === "string" ? `{_metacred_names ${values}}` : `(${values.join(" ")})`;
}

function quote(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, (sign) => `\\${sign}`);
}
