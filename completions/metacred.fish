# metacred completions for fish; made by `metacred completions fish`
function __metacred_words
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
      case --role --profile --port --mfa-code --config --for --format --service
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
end
complete -c metacred -f
complete -c metacred -n '__metacred_at 0' -l version -d 'show the version'
complete -c metacred -n '__metacred_at 0' -l config -r -F -d 'configuration file'
complete -c metacred -l help -d 'show help'
function __metacred_tail
  set -l tokens (commandline -opc)
  set -e tokens[1..(contains -i -- -- $tokens)]
  set -a tokens (commandline -ct)
  complete -C "$tokens"
end
complete -c metacred -n '__metacred_at 0' -a serve -d 'Get credentials and serve them at 169.254.169.254 until stopped'
complete -c metacred -n '__metacred_in serve' -l role -r -f -a '(metacred __complete roles --described)' -d 'serve this role (default: default_role of the config)'
complete -c metacred -n '__metacred_in serve' -l profile -r -f -a '(metacred __complete profiles --described)' -d 'AWS profile that roles are assumed from'
complete -c metacred -n '__metacred_in serve' -l background -s d -d 'detach; return when ready'
complete -c metacred -n '__metacred_in serve' -l port -r -f -d 'listen on this port of 127.0.0.1 (default 25772)'
complete -c metacred -n '__metacred_in serve' -l no-redirect -d 'endpoint mode: no privileges, clients need AWS_EC2_METADATA_SERVICE_ENDPOINT'
complete -c metacred -n '__metacred_in serve' -l mfa-code -r -f -d 'what the role\'s MFA device shows; else it is asked'
complete -c metacred -n '__metacred_in serve' -l force -d 'serve although another metadata service answers'
complete -c metacred -n '__metacred_in serve' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a use -d 'Switch the role that is served'
complete -c metacred -n '__metacred_at 1 use' -f -a '(metacred __complete switches --described)'
complete -c metacred -n '__metacred_in use' -l for -r -f -d 'go back by itself after this time, like 30m or 1h30m'
complete -c metacred -n '__metacred_in use' -l yes -d 'agree to a protected role without being asked'
complete -c metacred -n '__metacred_in use' -l mfa-code -r -f -d 'what the role\'s MFA device shows; else it is asked'
complete -c metacred -n '__metacred_in use' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a status -d 'Show the role, its expiry, and whether clients reach it'
complete -c metacred -n '__metacred_in status' -l json -d 'print everything as JSON'
complete -c metacred -n '__metacred_in status' -l check -d 'exit 0 only when a fresh SDK would get the role; 3 without a daemon'
complete -c metacred -n '__metacred_in status' -l watch -d 'keep showing it until q or Ctrl-C'
complete -c metacred -n '__metacred_in status' -l format -r -f -d 'fill {role} {account} {expires_in} {state}'
complete -c metacred -n '__metacred_in status' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a stop -d 'Stop the daemon and remove the redirect'
complete -c metacred -n '__metacred_in stop' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a logs -d 'Print the daemon\'s log'
complete -c metacred -n '__metacred_in logs' -l follow -s f -d 'the last lines, then each new one, until Ctrl-C'
complete -c metacred -n '__metacred_in logs' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a roles -d 'List the names that `use` accepts: roles of the config, AWS profiles, roles of SSO and of brokers'
complete -c metacred -n '__metacred_in roles' -l json -d 'print a JSON list'
complete -c metacred -n '__metacred_in roles' -l refresh -d 'ask SSO again; otherwise once a day'
complete -c metacred -n '__metacred_in roles' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a init -d 'Write a first config from the AWS profiles that you have'
complete -c metacred -n '__metacred_in init' -l print -d 'print it instead'
complete -c metacred -n '__metacred_in init' -l yes -d 'replace a config that is there'
complete -c metacred -n '__metacred_in init' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a login -d 'Sign in to SSO (IAM Identity Center); once, for every program'
complete -c metacred -n '__metacred_at 1 login' -f -a '(metacred __complete sign-ins --described)'
complete -c metacred -n '__metacred_in login' -l device-code -d 'type a code in a browser anywhere, as over SSH'
complete -c metacred -n '__metacred_in login' -l mfa-code -r -f -d 'for a daemon that waits for a code; else it is asked'
complete -c metacred -n '__metacred_in login' -l no-browser -d 'print the address instead of opening it'
complete -c metacred -n '__metacred_in login' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a logout -d 'Sign out of SSO, at AWS and here; sessions that came from it are dropped'
complete -c metacred -n '__metacred_at 1 logout' -f -a '(metacred __complete sign-ins --described)'
complete -c metacred -n '__metacred_in logout' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a keys -d 'Keep IAM user keys, and headers for brokers, in the OS keychain: add, list, remove'
complete -c metacred -n '__metacred_at 1 keys' -f -a 'add list remove'
complete -c metacred -n '__metacred_at 2 keys' -f -a '(metacred __complete keys --described)'
complete -c metacred -n '__metacred_in keys' -l stdin -d 'add: read key id and secret, or the header, from standard input'
complete -c metacred -n '__metacred_in keys' -l header -d 'add: what is kept is the value of a broker\'s header'
complete -c metacred -n '__metacred_in keys' -l json -d 'list: print JSON'
complete -c metacred -n '__metacred_in keys' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a credential-process -d 'Print credentials as credential_process wants them; needs no daemon, never asks'
complete -c metacred -n '__metacred_in credential-process' -l role -r -f -a '(metacred __complete roles --described)' -d 'default: the role that is served'
complete -c metacred -n '__metacred_in credential-process' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a who -d 'Show which processes asked for credentials, which role each got, or why it was refused'
complete -c metacred -n '__metacred_in who' -l follow -s f -d 'go on with each that asks, until Ctrl-C'
complete -c metacred -n '__metacred_in who' -l json -d 'print a JSON list; with --follow one object a line'
complete -c metacred -n '__metacred_in who' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a exec -d 'Run a command under a role, without touching the one that is served'
complete -c metacred -n '__metacred_in exec; and contains -- -- (commandline -opc)' -a '(__metacred_tail)'
complete -c metacred -n '__metacred_in exec' -l role -r -f -a '(metacred __complete roles --described)' -d 'default: the role that is served'
complete -c metacred -n '__metacred_in exec' -l env -d 'give it keys in variables, not an endpoint that renews them'
complete -c metacred -n '__metacred_in exec' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a env -d 'Print a role\'s credentials as variables for a shell; needs no daemon'
complete -c metacred -n '__metacred_in env' -l role -r -f -a '(metacred __complete roles --described)' -d 'default: the role that is served'
complete -c metacred -n '__metacred_in env' -l format -r -f -a 'sh fish powershell dotenv' -d 'sh, fish, powershell, dotenv (default sh)'
complete -c metacred -n '__metacred_in env' -l json -d 'print one JSON object'
complete -c metacred -n '__metacred_in env' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a console -d 'Open the AWS console as a role; needs no daemon'
complete -c metacred -n '__metacred_in console' -l role -r -f -a '(metacred __complete roles --described)' -d 'default: the role that is served'
complete -c metacred -n '__metacred_in console' -l service -r -f -d 'its page, like s3, ec2 or cloudwatch'
complete -c metacred -n '__metacred_in console' -l print -d 'print the address instead of opening it: a secret for 15 minutes'
complete -c metacred -n '__metacred_in console' -l json -d 'print it as JSON'
complete -c metacred -n '__metacred_in console' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a service -d 'Start at login: install, uninstall or show the service'
complete -c metacred -n '__metacred_at 1 service' -f -a 'install uninstall status'
complete -c metacred -n '__metacred_in service' -l system -d 'the machine\'s service, under a user of its own'
complete -c metacred -n '__metacred_in service' -l json -d 'print the status as JSON'
complete -c metacred -n '__metacred_in service' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a doctor -d 'Find what would stop an SDK from getting the role, and how to mend it'
complete -c metacred -n '__metacred_in doctor' -l json -d 'print JSON'
complete -c metacred -n '__metacred_in doctor' -l fix -d 'apply what is safe: permissions and stale files of metacred\'s own'
complete -c metacred -n '__metacred_in doctor' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a net -d 'The redirect alone: plan, up, down, status, install, uninstall'
complete -c metacred -n '__metacred_at 1 net' -f -a 'plan up down status install uninstall'
complete -c metacred -n '__metacred_in net' -l json -d 'print JSON'
complete -c metacred -n '__metacred_in net' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a completions -d 'Print the completion script of a shell'
complete -c metacred -n '__metacred_at 1 completions' -f -a 'bash zsh fish powershell'
complete -c metacred -n '__metacred_in completions' -l config -r -F -d 'configuration file'
complete -c metacred -n '__metacred_at 0' -a demo -d 'See it work in a minute, with a mock AWS: no account, no network, no root'
complete -c metacred -n '__metacred_in demo' -l keep -d 'leave mock and emulator running until Ctrl-C'
complete -c metacred -n '__metacred_in demo' -l config -r -F -d 'configuration file'
