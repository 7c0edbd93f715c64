// docs/commands.md from the command definitions: `npm run completions`. A test keeps it equal.
import { join } from "node:path";
import { COMMANDS } from "../src/cli.ts";
import { type HelpParts, helpParts } from "../src/help.ts";

export async function renderReference(): Promise<string> {
  const commands = await Promise.all(Object.entries(COMMANDS).map(([name, command]) => section(name, command)));
  return `# Commands

Made from the program's own definitions, as \`metacred COMMAND --help\` and \`man metacred\` are. Every command takes
\`--config FILE\`. Data goes to stdout, everything else to stderr.

${commands.join("\n")}`;
}

async function section(name: string, command: Parameters<typeof helpParts>[1]): Promise<string> {
  const { usage, description, examples, flags }: HelpParts = await helpParts(name, command);
  const rows = flags.map(([spelling, what]) => `| \`${spelling}\` | ${what.replaceAll("|", "\\|")} |\n`).join("");
  const table = rows === "" ? "" : `\n| flag | |\n|---|---|\n${rows}`;
  return `## ${name}\n\n${description}.\n\n\`\`\`sh\n# ${usage}\n${examples.join("\n")}\n\`\`\`\n${table}`;
}

if (import.meta.main) await Bun.write(join(import.meta.dir, "../docs/commands.md"), await renderReference());
