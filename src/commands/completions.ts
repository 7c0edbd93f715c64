import { defineCommand } from "citty";
import bash from "../../completions/metacred.bash" with { type: "text" };
import fish from "../../completions/metacred.fish" with { type: "text" };
import powershell from "../../completions/metacred.ps1" with { type: "text" };
import zsh from "../../completions/metacred.zsh" with { type: "text" };
import { EXIT } from "../errors.ts";
import { knownWord } from "../known-word.ts";
import { print } from "../print.ts";

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;
const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = { bash, zsh, fish, powershell };

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
    const shell = knownWord(args.shell, SHELLS, {
      message: `there are no completions for "${args.shell}"`,
      before: "metacred completions",
    });
    await print(SCRIPTS[shell]);
    return EXIT.ok;
  },
});
