import { type CommandSpec, type Values, valuedFlags } from "./generate.ts";

/** Works with and without the bash-completion package. */
export function renderBash(commands: readonly CommandSpec[]): string {
  const cases = commands.map((command) => {
    const flags = command.flags.flatMap(({ long, short }) => [`--${long}`, ...(short ? [`-${short}`] : [])]);
    return `    ${command.name}) flags="${[...flags, "--help"].join(" ")}" words="${wordsOf(command.words[0])}"${command.words[1] === undefined ? "" : ` more="${wordsOf(command.words[1])}"`} ;;`;
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
# Not mapfile: the bash of macOS has none.
_metacred_offer() {
  local word
  while IFS= read -r word; do [[ ! $word ]] || COMPREPLY+=("$word"); done <<<"$1"
}
_metacred() {
  local typed=() last=-1 joins= current previous command= flags= words= more= word at skip= place=0 cut=
  COMPREPLY=()
  # Readline makes words of the colons in a name, and of the sign between a flag and its value.
  for word in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ $joins || $word == :* ]] && ((last > 0)); then typed[last]+=$word; else typed+=("$word") && last=$((last + 1)); fi
    case $word in *:) joins=1 ;; *) joins= ;; esac
  done
  current=\${typed[last]} previous=\${typed[last - 1]}
  [[ $current != = ]] || current=
  [[ $previous != = ]] || previous=\${typed[last - 2]}
  [[ $COMP_WORDBREAKS != *:* ]] || cut=\${current%"\${current##*:}"}
  for word in "\${typed[@]:1:last-1}"; do
    [[ $word != = ]] || continue
    [[ ! $skip ]] || { skip= && continue; }
    case $word in
      ${valuedFlags(commands).join(" | ")}) skip=1 ;;
      -?*) ;;
      *) if [[ $command ]]; then place=$((place + 1)); else command=$word; fi ;;
    esac
  done
  case $command in ${tailed.join("|")})
    for ((at = 2; at < COMP_CWORD; at++)); do
      [[ \${COMP_WORDS[at]} == -- ]] || continue
      if declare -F _command_offset >/dev/null; then
        _command_offset $((at + 1))
      elif ((COMP_CWORD == at + 1)); then
        _metacred_offer "$(compgen -c -- "$current" | sort -u)"
      else
        _metacred_offer "$(compgen -f -- "$current")"
      fi
      return
    done ;;
  esac
  case $command in
${cases.join("\n")}
    *) flags="--help --version --config" words="${commands.map(({ name }) => name).join(" ")}" ;;
  esac
  case $place in 0) ;; 1) words=$more ;; *) words= ;; esac
  case $command:$previous in
${values.join("\n")}
    *) case $current in -*) words=$flags ;; esac ;;
  esac
  case $words in
    '@files') _metacred_offer "$(compgen -f -- "$current")" && return ;;
    '@'*) words=$("\${COMP_WORDS[0]}" __complete "\${words#@}" 2>/dev/null) ;;
    *) words=\${words// /$'\\n'} ;;
  esac
  # Not compgen -W: it would run a $(command) that stands in the name of a profile.
  while IFS= read -r word; do
    [[ $word && $word == "$current"* ]] && COMPREPLY+=("$(printf %q "\${word#"$cut"}")")
  done <<<"$words"
}
complete -F _metacred metacred
`;
}

export function wordsOf(values: Values | undefined): string {
  if (values === undefined || values === "none") return "";
  return typeof values === "string" ? `@${values}` : values.join(" ");
}
