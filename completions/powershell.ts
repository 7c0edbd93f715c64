import { wordsOf } from "./bash.ts";
import { type CommandSpec, valuedFlags } from "./generate.ts";

/** For Windows PowerShell 5.1 and PowerShell 7. */
export function renderPowershell(commands: readonly CommandSpec[]): string {
  const entries = commands.map(({ name, description, flags, words }) => {
    const rows = flags.flatMap(({ long, short, description: what, values }) =>
      [`--${long}`, ...(short === undefined ? [] : [`-${short}`])].map(
        (flag) => `            ${quote(flag)} = @(${quote(what)}, ${values === undefined ? "$null" : quote(wordsOf(values))})`,
      ),
    );
    return `        ${quote(name)} = @{
          about = ${quote(description)}
          words = @(${words.map((values) => quote(wordsOf(values))).join(", ")})
          flags = [ordered]@{
${[...rows, `            '--help' = @('show help', $null)`].join("\n")}
          }
        }`;
  });
  return `# metacred completions for PowerShell; made by \`metacred completions powershell\`
Register-ArgumentCompleter -Native -CommandName metacred -ScriptBlock {
    param($current, $line, $position)
    $commands = [ordered]@{
${entries.join("\n")}
    }
    $before = @($line.CommandElements | Where-Object { $_.Extent.EndOffset -lt $position } | ForEach-Object { "$_" })
    $valued = ${valuedFlags(commands).map(quote).join(", ")}
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
            $quoted = if ($text -match '[\\s''"$;&|(){}@#,]') { "'" + ($text -replace "'", "''") + "'" } else { $text }
            [System.Management.Automation.CompletionResult]::new($quoted, $text, 'ParameterValue', $about)
        }
    }
    $values = {
        param($words)
        if ($words -like '@*' -and $words -ne '@files') {
            metacred __complete $words.Substring(1) --described 2>$null | ForEach-Object {
                $text, $about = $_ -split "\`t", 2
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
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
