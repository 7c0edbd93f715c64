# metacred completions for PowerShell; made by `metacred completions powershell`
Register-ArgumentCompleter -Native -CommandName metacred -ScriptBlock {
    param($current, $line, $position)
    $commands = [ordered]@{
        'serve' = @{
          about = 'Get credentials and serve them at 169.254.169.254 until stopped'
          words = @()
          flags = [ordered]@{
            '--role' = @('serve this role (default: default_role of the config)', '@roles')
            '--profile' = @('AWS profile that roles are assumed from', '@profiles')
            '--background' = @('detach; return when ready', $null)
            '-d' = @('detach; return when ready', $null)
            '--port' = @('listen on this port of 127.0.0.1 (default 25772)', '')
            '--no-redirect' = @('endpoint mode: no privileges, clients need AWS_EC2_METADATA_SERVICE_ENDPOINT', $null)
            '--mfa-code' = @('what the role''s MFA device shows; else it is asked', '')
            '--force' = @('serve although another metadata service answers', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'use' = @{
          about = 'Switch the role that is served'
          words = @('@switches')
          flags = [ordered]@{
            '--for' = @('go back by itself after this time, like 30m or 1h30m', '')
            '--yes' = @('agree to a protected role without being asked', $null)
            '--mfa-code' = @('what the role''s MFA device shows; else it is asked', '')
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'status' = @{
          about = 'Show the role, its expiry, and whether clients reach it'
          words = @()
          flags = [ordered]@{
            '--json' = @('print everything as JSON', $null)
            '--check' = @('exit 0 only when a fresh SDK would get the role; 3 without a daemon', $null)
            '--watch' = @('keep showing it until q or Ctrl-C', $null)
            '--format' = @('fill {role} {account} {expires_in} {state}', '')
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'stop' = @{
          about = 'Stop the daemon and remove the redirect'
          words = @()
          flags = [ordered]@{
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'logs' = @{
          about = 'Print the daemon''s log'
          words = @()
          flags = [ordered]@{
            '--follow' = @('the last lines, then each new one, until Ctrl-C', $null)
            '-f' = @('the last lines, then each new one, until Ctrl-C', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'roles' = @{
          about = 'List the names that `use` accepts: roles of the config, AWS profiles, roles of SSO and of brokers'
          words = @()
          flags = [ordered]@{
            '--json' = @('print a JSON list', $null)
            '--refresh' = @('ask SSO again; otherwise once a day', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'init' = @{
          about = 'Write a first config from the AWS profiles that you have'
          words = @()
          flags = [ordered]@{
            '--print' = @('print it instead', $null)
            '--yes' = @('replace a config that is there', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'login' = @{
          about = 'Sign in to SSO (IAM Identity Center); once, for every program'
          words = @('@sign-ins')
          flags = [ordered]@{
            '--device-code' = @('type a code in a browser anywhere, as over SSH', $null)
            '--mfa-code' = @('for a daemon that waits for a code; else it is asked', '')
            '--no-browser' = @('print the address instead of opening it', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'logout' = @{
          about = 'Sign out of SSO, at AWS and here; sessions that came from it are dropped'
          words = @('@sign-ins')
          flags = [ordered]@{
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'keys' = @{
          about = 'Keep IAM user keys, and headers for brokers, in the OS keychain: add, list, remove'
          words = @('add list remove', '@keys')
          flags = [ordered]@{
            '--stdin' = @('add: read key id and secret, or the header, from standard input', $null)
            '--header' = @('add: what is kept is the value of a broker''s header', $null)
            '--json' = @('list: print JSON', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'credential-process' = @{
          about = 'Print credentials as credential_process wants them; needs no daemon, never asks'
          words = @()
          flags = [ordered]@{
            '--role' = @('default: the role that is served', '@roles')
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'who' = @{
          about = 'Show which processes asked for credentials, which role each got, or why it was refused'
          words = @()
          flags = [ordered]@{
            '--follow' = @('go on with each that asks, until Ctrl-C', $null)
            '-f' = @('go on with each that asks, until Ctrl-C', $null)
            '--json' = @('print a JSON list; with --follow one object a line', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'exec' = @{
          about = 'Run a command under a role, without touching the one that is served'
          words = @()
          flags = [ordered]@{
            '--role' = @('default: the role that is served', '@roles')
            '--env' = @('give it keys in variables, not an endpoint that renews them', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'env' = @{
          about = 'Print a role''s credentials as variables for a shell; needs no daemon'
          words = @()
          flags = [ordered]@{
            '--role' = @('default: the role that is served', '@roles')
            '--format' = @('sh, fish, powershell, dotenv (default sh)', 'sh fish powershell dotenv')
            '--json' = @('print one JSON object', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'console' = @{
          about = 'Open the AWS console as a role; needs no daemon'
          words = @()
          flags = [ordered]@{
            '--role' = @('default: the role that is served', '@roles')
            '--service' = @('its page, like s3, ec2 or cloudwatch', '')
            '--print' = @('print the address instead of opening it: a secret for 15 minutes', $null)
            '--json' = @('print it as JSON', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'service' = @{
          about = 'Start at login: install, uninstall or show the service'
          words = @('install uninstall status')
          flags = [ordered]@{
            '--system' = @('the machine''s service, under a user of its own', $null)
            '--json' = @('print the status as JSON', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'doctor' = @{
          about = 'Find what would stop an SDK from getting the role, and how to mend it'
          words = @()
          flags = [ordered]@{
            '--json' = @('print JSON', $null)
            '--fix' = @('apply what is safe: permissions and stale files of metacred''s own', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'net' = @{
          about = 'The redirect alone: plan, up, down, status, install, uninstall'
          words = @('plan up down status install uninstall')
          flags = [ordered]@{
            '--json' = @('print JSON', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'completions' = @{
          about = 'Print the completion script of a shell'
          words = @('bash zsh fish powershell')
          flags = [ordered]@{
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
        'demo' = @{
          about = 'See it work in a minute, with a mock AWS: no account, no network, no root'
          words = @()
          flags = [ordered]@{
            '--keep' = @('leave mock and emulator running until Ctrl-C', $null)
            '--config' = @('configuration file', '@files')
            '--help' = @('show help', $null)
          }
        }
    }
    $before = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { "$_" })
    $valued = '--role', '--profile', '--port', '--mfa-code', '--config', '--for', '--format', '--service'
    $seen = @()
    $skip = $false
    foreach ($one in @($before | Select-Object -Skip 1)) {
        if ($skip) { $skip = $false }
        elseif ($valued -contains $one) { $skip = $true }
        elseif ($one -eq '-' -or $one -notlike '-*') { $seen += $one }
    }
    $name = if ($seen.Count -gt 0) { $seen[0] } else { $null }
    $offer = {
        param($text, $about)
        if ($text -like "$([WildcardPattern]::Escape($current))*") {
            if (-not $about) { $about = $text }
            $quoted = if ($text -match '[\s''"$;&|(){}@#,]') { "'" + ($text -replace "'", "''") + "'" } else { $text }
            [System.Management.Automation.CompletionResult]::new($quoted, $text, 'ParameterValue', $about)
        }
    }
    $values = {
        param($words)
        if ($words -like '@*' -and $words -ne '@files') {
            metacred __complete $words.Substring(1) --described 2>$null | ForEach-Object {
                $text, $about = $_ -split "`t", 2
                & $offer $text $about
            }
        } elseif ($words -and $words -ne '@files') {
            $words -split ' ' | ForEach-Object { & $offer $_ $_ }
        }
    }
    if (-not $name -or -not $commands.Contains($name)) {
        foreach ($one in $commands.Keys) { & $offer $one $commands[$one].about }
        foreach ($one in '--help', '--version', '--config') { if ($current -like '-*') { & $offer $one $one } }
        return
    }
    $command = $commands[$name]
    $flag = $command.flags[$before[-1]]
    if ($flag -and $null -ne $flag[1]) { & $values $flag[1]; return }
    if ($current -like '-*') {
        foreach ($one in $command.flags.Keys) { & $offer $one $command.flags[$one][0] }
        return
    }
    $place = $seen.Count - 1
    if ($place -lt $command.words.Count) { & $values $command.words[$place] }
}
