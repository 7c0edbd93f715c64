# metacred completions for bash; made by `metacred completions bash`
# Not mapfile: the bash of macOS has none.
_metacred_offer() {
  local word
  while IFS= read -r word; do [[ ! $word ]] || COMPREPLY+=("$word"); done <<<"$1"
}
_metacred() {
  local typed=() last=-1 joins= current previous command= flags= words= more= word at skip= place=0 cut=
  COMPREPLY=()
  # Readline makes words of the colons in a name, and of the sign between a flag and its value.
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ $joins || $word == :* ]] && ((last > 0)); then typed[last]+=$word; else typed+=("$word") && last=$((last + 1)); fi
    case $word in *:) joins=1 ;; *) joins= ;; esac
  done
  current=${typed[last]} previous=${typed[last - 1]}
  [[ $current != = ]] || current=
  [[ $previous != = ]] || previous=${typed[last - 2]}
  [[ $COMP_WORDBREAKS != *:* ]] || cut=${current%"${current##*:}"}
  for word in "${typed[@]:1:last-1}"; do
    [[ $word != = ]] || continue
    [[ ! $skip ]] || { skip= && continue; }
    case $word in
      --role | --profile | --port | --mfa-code | --config | --for | --format | --service) skip=1 ;;
      -?*) ;;
      *) if [[ $command ]]; then place=$((place + 1)); else command=$word; fi ;;
    esac
  done
  case $command in exec)
    for ((at = 2; at < COMP_CWORD; at++)); do
      [[ ${COMP_WORDS[at]} == -- ]] || continue
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
    serve) flags="--role --profile --background -d --port --no-redirect --mfa-code --force --config --help" words="" ;;
    use) flags="--for --yes --mfa-code --config --help" words="@switches" ;;
    status) flags="--json --check --watch --format --config --help" words="" ;;
    stop) flags="--config --help" words="" ;;
    logs) flags="--follow -f --config --help" words="" ;;
    roles) flags="--json --refresh --config --help" words="" ;;
    init) flags="--print --yes --config --help" words="" ;;
    login) flags="--device-code --mfa-code --no-browser --config --help" words="@sign-ins" ;;
    logout) flags="--config --help" words="@sign-ins" ;;
    keys) flags="--stdin --header --json --config --help" words="add list remove" more="@keys" ;;
    credential-process) flags="--role --config --help" words="" ;;
    who) flags="--follow -f --json --config --help" words="" ;;
    exec) flags="--role --env --config --help" words="" ;;
    env) flags="--role --format --json --config --help" words="" ;;
    console) flags="--role --service --print --json --config --help" words="" ;;
    service) flags="--system --json --config --help" words="install uninstall status" ;;
    doctor) flags="--json --fix --config --help" words="" ;;
    net) flags="--json --config --help" words="plan up down status install uninstall" ;;
    completions) flags="--config --help" words="bash zsh fish powershell" ;;
    demo) flags="--keep --config --help" words="" ;;
    *) flags="--help --version --config" words="serve use status stop logs roles init login logout keys credential-process who exec env console service doctor net completions demo" ;;
  esac
  case $place in 0) ;; 1) words=$more ;; *) words= ;; esac
  case $command:$previous in
    serve:--role) words="@roles" ;;
    serve:--profile) words="@profiles" ;;
    serve:--port) words="" ;;
    serve:--mfa-code) words="" ;;
    *:--config) words="@files" ;;
    use:--for) words="" ;;
    use:--mfa-code) words="" ;;
    status:--format) words="" ;;
    login:--mfa-code) words="" ;;
    credential-process:--role) words="@roles" ;;
    exec:--role) words="@roles" ;;
    env:--role) words="@roles" ;;
    env:--format) words="sh fish powershell dotenv" ;;
    console:--role) words="@roles" ;;
    console:--service) words="" ;;
    *) case $current in -*) words=$flags ;; esac ;;
  esac
  case $words in
    '@files') _metacred_offer "$(compgen -f -- "$current")" && return ;;
    '@'*) words=$("${COMP_WORDS[0]}" __complete "${words#@}" 2>/dev/null) ;;
    *) words=${words// /$'\n'} ;;
  esac
  # Not compgen -W: it would run a $(command) that stands in the name of a profile.
  while IFS= read -r word; do
    [[ $word && $word == "$current"* ]] && COMPREPLY+=("$(printf %q "${word#"$cut"}")")
  done <<<"$words"
}
complete -F _metacred metacred
