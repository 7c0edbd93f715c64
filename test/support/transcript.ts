// A session written down: what was typed, what came, run again and compared. Lines of a transcript:
//   $ COMMAND    typed into bash          (plain)   its stdout      ! …   its stderr      ? N   its exit code, where not 0
//   ...          any lines
// What stands before the first command is a remark. In what came, <pid> and the like stand for what is another one each time.

export type Step = { command: string; stdout: string[]; stderr: string[]; exitCode: number };

/** Blank lines part steps; a blank line of an output is written as `!` or, for stdout, as `|`. */
export function parseTranscript(text: string): Step[] {
  const steps: Step[] = [];
  for (const line of text.split("\n")) {
    const step = steps.at(-1);
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), stdout: [], stderr: [], exitCode: 0 });
    else if (line === "" || step === undefined) continue;
    else if (line.startsWith("? ")) step.exitCode = Number(line.slice(2));
    else if (line === "!" || line.startsWith("! ")) step.stderr.push(line.slice(2));
    else step.stdout.push(line === "|" ? "" : line);
  }
  return steps;
}

/** The last line may end without its newline. */
export function fits(expected: readonly string[], came: string): boolean {
  const pattern = expected.map((line) => (line === "..." ? "(?:.*\\n)*?" : `${linePattern(line)}\\n`)).join("");
  return new RegExp(`^${pattern}$`).test(came === "" || came.endsWith("\n") ? came : `${came}\n`);
}

// --- internal ---

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  pid: "\\d+",
  port: "\\d+",
  count: "\\d+",
  left: "(?:\\d+h )?\\d+[ms]",
  time: "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z",
  bar: "\\[#+-*\\]",
  name: "[\\w.-]+",
  path: "/\\S+",
  secret: "\\S{16,}",
  any: ".*",
};

function linePattern(line: string): string {
  return line
    .split(/<(\w+)>/)
    .map((part, index) => (index % 2 === 0 ? RegExp.escape(part) : (PLACEHOLDERS[part] ?? `<${part}>`)))
    .join("");
}
