// Words and assignments as systemd reads them in a unit file: systemd.syntax(7), systemd.exec(5).
import { CliError } from "../errors.ts";

/** A program's path for ExecStart. Variables are not expanded in the first word, specifiers are. */
export function programWord(path: string): string {
  refuseControls(path);
  return quoted(path);
}

/** `Environment=` lines, sorted, so that the same environment gives the same file. */
export function environmentLines(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => {
      refuseControls(value);
      return `Environment=${quoted(`${name}=${value}`)}\n`;
    })
    .join("");
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, (sign) => `\\${sign}`).replaceAll("%", "%%")}"`;
}

// A line break would begin a setting of its own.
function refuseControls(text: string): void {
  if (/\p{Cc}/u.test(text)) {
    throw new CliError(`a unit file cannot name ${JSON.stringify(text)}`, { hint: "rename it" });
  }
}
