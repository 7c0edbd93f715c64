# metacred completions for bash; made by `metacred completions bash`
_metacred() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command= flags= words= word
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) command=$word && break ;; esac
  done
  case $command in
    serve) flags="--role --profile --background -d --port --no-redirect --force --config --help" words="" ;;
    use) flags="--for --yes --config --help" words="@roles" ;;
    status) flags="--json --check --watch --format --config --help" words="" ;;
    stop) flags="--config --help" words="" ;;
    logs) flags="--follow -f --config --help" words="" ;;
    roles) flags="--json --config --help" words="" ;;
    init) flags="--print --yes --config --help" words="" ;;
    credential-process) flags="--role --config --help" words="" ;;
    completions) flags="--config --help" words="bash zsh fish" ;;
    demo) flags="--keep --config --help" words="" ;;
    *) flags="--help --version --config" words="serve use status stop logs roles init credential-process completions demo" ;;
  esac
  case $previous in
    --role) words="@roles" ;;
    --profile) words="@profiles" ;;
    --port) words="" ;;
    --config) words="@files" ;;
    --for) words="" ;;
    --format) words="" ;;
    *) case $current in -*) words=$flags ;; esac ;;
  esac
  case $words in
    '@files') mapfile -t COMPREPLY < <(compgen -f -- "$current") && return ;;
    '@'*) words=$("${COMP_WORDS[0]}" __complete "${words#@}" 2>/dev/null) ;;
  esac
  local IFS=$' \n'
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _metacred metacred
