import type { CommandSpec, Values } from "./generate.ts";

/** Works with and without the bash-completion package. */
export function renderBash(commands: readonly CommandSpec[]): string {
  const cases = commands.map((command) => {
    const flags = command.flags.flatMap(({ long, short }) => [`--${long}`, ...(short ? [`-${short}`] : [])]);
    return `    ${command.name}) flags="${[...flags, "--help"].join(" ")}" words="${wordsOf(command.words)}" ;;`;
  });
  const valued = commands.flatMap((command) =>
    command.flags.flatMap(({ long, values }) =>
      // One that every command has stands for them all.
      values === undefined ? [] : [[`${long === "config" ? "*" : command.name}:--${long}`, wordsOf(values)] as const],
    ),
  );
  const values = [...new Map(valued)].map(([flag, words]) => `    ${flag}) words="${words}" ;;`);
  const tailed = commands.filter(({ takesTail }) => takesTail).map(({ name }) => name);
  return `# metacred completions for bash; made by \`metacred completions bash\`
_metacred() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= flags= words= word at
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) command=$word && break ;; esac
  done
  case $command in ${tailed.join("|")})
    for ((at = 2; at < COMP_CWORD; at++)); do
      [[ \${COMP_WORDS[at]} == -- ]] || continue
      if declare -F _command_offset >/dev/null; then
        _command_offset $((at + 1))
      elif ((COMP_CWORD == at + 1)); then
        mapfile -t COMPREPLY < <(compgen -c -- "$current" | sort -u)
      else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
      fi
      return
    done ;;
  esac
  case $command in
${cases.join("\n")}
    *) flags="--help --version --config" words="${commands.map(({ name }) => name).join(" ")}" ;;
  esac
  case $command:$previous in
${values.join("\n")}
    *) case $current in -*) words=$flags ;; esac ;;
  esac
  case $words in
    '@files') mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
    '@'*) words=$("\${COMP_WORDS[0]}" __complete "\${words#@}" 2>/dev/null) ;;
    *) words=\${words// /$'\\n'} ;;
  esac
  # Not compgen -W: it would run a $(command) that stands in the name of a profile.
  while IFS= read -r word; do
    [[ $word && $word == "$current"* ]] && COMPREPLY+=("$(printf %q "$word")")
  done <<<"$words"
}
complete -F _metacred metacred
`;
}

export function wordsOf(values: Values): string {
  if (values === "none") return "";
  return typeof values === "string" ? `@${values}` : values.join(" ");
}
