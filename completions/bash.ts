import type { CommandSpec, Values } from "./generate.ts";

/** Works with and without the bash-completion package. */
export function renderBash(commands: readonly CommandSpec[]): string {
  const cases = commands.map((command) => {
    const flags = command.flags.flatMap(({ long, short }) => [`--${long}`, ...(short ? [`-${short}`] : [])]);
    return `    ${command.name}) flags="${[...flags, "--help"].join(" ")}" words="${wordsOf(command.words)}" ;;`;
  });
  const valued = commands.flatMap((command) =>
    command.flags.flatMap(({ long, values }) => (values === undefined ? [] : [[`--${long}`, wordsOf(values)] as const])),
  );
  const values = [...new Map(valued)].map(([flag, words]) => `    ${flag}) words="${words}" ;;`);
  return `# metacred completions for bash; made by \`metacred completions bash\`
_metacred() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= flags= words= word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) command=$word && break ;; esac
  done
  case $command in
${cases.join("\n")}
    *) flags="--help --version --config" words="${commands.map(({ name }) => name).join(" ")}" ;;
  esac
  case $previous in
${values.join("\n")}
    *) case $current in -*) words=$flags ;; esac ;;
  esac
  case $words in
    '@files') mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
    '@'*) words=$("\${COMP_WORDS[0]}" __complete "\${words#@}" 2>/dev/null) ;;
  esac
  local IFS=$' \\n'
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _metacred metacred
`;
}

function wordsOf(values: Values): string {
  if (values === "none") return "";
  return typeof values === "string" ? `@${values}` : values.join(" ");
}
