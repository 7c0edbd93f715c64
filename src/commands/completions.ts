import { defineCommand } from "citty";
import bash from "../../completions/metacred.bash" with { type: "text" };
import fish from "../../completions/metacred.fish" with { type: "text" };
import powershell from "../../completions/metacred.ps1" with { type: "text" };
import zsh from "../../completions/metacred.zsh" with { type: "text" };
import { CliError, EXIT } from "../errors.ts";

const SCRIPTS = new Map([
  ["bash", bash],
  ["zsh", zsh],
  ["fish", fish],
  ["powershell", powershell],
]);

export const examples = [
  "metacred completions bash > ~/.local/share/bash-completion/completions/metacred",
  "metacred completions fish | source",
];

export default defineCommand({
  meta: { description: "Print the completion script of a shell" },
  args: {
    shell: { type: "positional", required: true, valueHint: "SHELL", description: "bash, zsh, fish or powershell" },
  },
  async run({ args }) {
    const script = SCRIPTS.get(args.shell);
    if (script === undefined) {
      throw new CliError(`there are no completions for "${args.shell}"`, {
        hint: `metacred completions ${[...SCRIPTS.keys()].join("|")}`,
        exit: EXIT.usage,
      });
    }
    process.stdout.write(script);
    return EXIT.ok;
  },
});
