#compdef metacred
# metacred completions for zsh; made by `metacred completions zsh`
_metacred_names() {
  local -a names
  names=(${(f)"$(metacred __complete $1 --described 2>/dev/null)"})
  # _describe divides at the first colon that has no backslash, and an ARN is full of them.
  names=(${${names//:/\\:}/$'\t'/:})
  _describe name names
}
_metacred() {
  # Not `commands`: zsh has an array of that name, which completes the words behind `--`.
  local -a subcommands
  subcommands=(
    'serve:Get credentials and serve them at 169.254.169.254 until stopped'
    'use:Switch the role that is served'
    'status:Show the role, its expiry, and whether clients reach it'
    'stop:Stop the daemon and remove the redirect'
    'logs:Print the daemon'\''s log'
    'roles:List the names that `use` accepts\: roles of the config, AWS profiles, roles of SSO and of brokers'
    'init:Write a first config from the AWS profiles that you have'
    'login:Sign in to SSO (IAM Identity Center); once, for every program'
    'logout:Sign out of SSO, at AWS and here; sessions that came from it are dropped'
    'keys:Keep IAM user keys, and headers for brokers, in the OS keychain\: add, list, remove'
    'credential-process:Print credentials as credential_process wants them; needs no daemon, never asks'
    'who:Show which processes asked for credentials, which role each got, or why it was refused'
    'exec:Run a command under a role, without touching the one that is served'
    'env:Print a role'\''s credentials as variables for a shell; needs no daemon'
    'console:Open the AWS console as a role; needs no daemon'
    'service:Start at login\: install, uninstall or show the service'
    'doctor:Find what would stop an SDK from getting the role, and how to mend it'
    'net:The redirect alone\: plan, up, down, status, install, uninstall'
    'completions:Print the completion script of a shell'
    'demo:See it work in a minute, with a mock AWS\: no account, no network, no root'
  )
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '(- *)--help[show help]' '(- *)--version[show the version]' '--config=[configuration file]:file:_files' \
    '1: :->command' '*::argument:->argument'
  case $state in
    command) _describe command subcommands ;;
    argument)
      case $line[1] in
        serve)
          _arguments -s '--role=[serve this role (default\: default_role of the config)]:value:{_metacred_names roles}' \
            '--profile=[AWS profile that roles are assumed from]:value:{_metacred_names profiles}' \
            '--background[detach; return when ready]' \
            '-d[detach; return when ready]' \
            '--port=[listen on this port of 127.0.0.1 (default 25772)]:value:' \
            '--no-redirect[endpoint mode\: no privileges, clients need AWS_EC2_METADATA_SERVICE_ENDPOINT]' \
            '--mfa-code=[what the role'\''s MFA device shows; else it is asked]:value:' \
            '--force[serve although another metadata service answers]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        use)
          _arguments -s '--for=[go back by itself after this time, like 30m or 1h30m]:value:' \
            '--yes[agree to a protected role without being asked]' \
            '--mfa-code=[what the role'\''s MFA device shows; else it is asked]:value:' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' \
            '1:word:{_metacred_names switches}' ;;
        status)
          _arguments -s '--json[print everything as JSON]' \
            '--check[exit 0 only when a fresh SDK would get the role; 3 without a daemon]' \
            '--watch[keep showing it until q or Ctrl-C]' \
            '--format=[fill {role} {account} {expires_in} {state}]:value:' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        stop)
          _arguments -s '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        logs)
          _arguments -s '--follow[the last lines, then each new one, until Ctrl-C]' \
            '-f[the last lines, then each new one, until Ctrl-C]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        roles)
          _arguments -s '--json[print a JSON list]' \
            '--refresh[ask SSO again; otherwise once a day]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        init)
          _arguments -s '--print[print it instead]' \
            '--yes[replace a config that is there]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        login)
          _arguments -s '--device-code[type a code in a browser anywhere, as over SSH]' \
            '--mfa-code=[for a daemon that waits for a code; else it is asked]:value:' \
            '--no-browser[print the address instead of opening it]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' \
            '1:word:{_metacred_names sign-ins}' ;;
        logout)
          _arguments -s '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' \
            '1:word:{_metacred_names sign-ins}' ;;
        keys)
          _arguments -s '--stdin[add\: read key id and secret, or the header, from standard input]' \
            '--header[add\: what is kept is the value of a broker'\''s header]' \
            '--json[list\: print JSON]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' \
            '1:word:(add list remove)' \
            '2:word:{_metacred_names keys}' ;;
        credential-process)
          _arguments -s '--role=[default\: the role that is served]:value:{_metacred_names roles}' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        who)
          _arguments -s '--follow[go on with each that asks, until Ctrl-C]' \
            '-f[go on with each that asks, until Ctrl-C]' \
            '--json[print a JSON list; with --follow one object a line]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        exec)
          local -i cut=${words[(i)--]}
          if (( cut < CURRENT )); then
            words=("${(@)words[cut+1,-1]}")
            (( CURRENT -= cut ))
            _normal
            return
          fi
          _arguments -s '--role=[default\: the role that is served]:value:{_metacred_names roles}' \
            '--env[give it keys in variables, not an endpoint that renews them]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        env)
          _arguments -s '--role=[default\: the role that is served]:value:{_metacred_names roles}' \
            '--format=[sh, fish, powershell, dotenv (default sh)]:value:(sh fish powershell dotenv)' \
            '--json[print one JSON object]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        console)
          _arguments -s '--role=[default\: the role that is served]:value:{_metacred_names roles}' \
            '--service=[its page, like s3, ec2 or cloudwatch]:value:' \
            '--print[print the address instead of opening it\: a secret for 15 minutes]' \
            '--json[print it as JSON]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        service)
          _arguments -s '--system[the machine'\''s service, under a user of its own]' \
            '--json[print the status as JSON]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' \
            '1:word:(install uninstall status)' ;;
        doctor)
          _arguments -s '--json[print JSON]' \
            '--fix[apply what is safe\: permissions and stale files of metacred'\''s own]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
        net)
          _arguments -s '--json[print JSON]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' \
            '1:word:(plan up down status install uninstall)' ;;
        completions)
          _arguments -s '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' \
            '1:word:(bash zsh fish powershell)' ;;
        demo)
          _arguments -s '--keep[leave mock and emulator running until Ctrl-C]' \
            '--config=[configuration file]:value:_files' \
            '(- *)--help[show help]' ;;
      esac ;;
  esac
}
if [[ $funcstack[1] == _metacred ]]; then _metacred "$@"; else compdef _metacred metacred; fi
