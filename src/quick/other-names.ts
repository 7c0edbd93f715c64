// What `login` and `keys` take, for the shells' completions: a name a line, with what it is behind a tab. Pure.

/** The pattern of a name in quotes of either kind. */
export const QUOTED = "\"([^\"\\n]+)\"|'([^'\\n]+)'";

/** Sessions of an AWS config, and the profiles that sign in. */
export function signInLines(text: string): string[] {
  // Made here: every quick command loads this file.
  const [ofSession, ofProfile] = [heading("sso-session"), heading("profile")];
  const lines: string[] = [];
  let profile: string | undefined;
  for (const line of text.split("\n")) {
    const session = nameIn(line, ofSession);
    if (session !== undefined) lines.push(`${session}\tSSO session`);
    if (/^[ \t]*\[/.test(line))
      profile = /^[ \t]*\[[ \t]*default[ \t]*\]/.test(line) ? "default" : nameIn(line, ofProfile);
    else if (profile !== undefined && /^[ \t]*sso_(?:session|start_url)[ \t]*=/.test(line))
      lines.push(`${profile}\tAWS profile`);
  }
  return lines;
}

/** The list that `keys` keeps: names, and the ids behind them. */
export function keyLines(text: string): string[] {
  try {
    const kept = JSON.parse(text) as Record<string, { accessKeyId?: string | null }>;
    return Object.entries(kept).map(([name, { accessKeyId }]) => `${name}\t${accessKeyId ?? "header"}`);
  } catch {
    return [];
  }
}

function heading(word: string): RegExp {
  return new RegExp(String.raw`^[ \t]*\[[ \t]*${word}[ \t]+(?:${QUOTED}|([^\]\n]+?))[ \t]*\]`);
}

function nameIn(line: string, pattern: RegExp): string | undefined {
  return pattern.exec(line)?.slice(1).find(Boolean);
}
