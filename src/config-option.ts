// `--config FILE` holds for every command, so it is taken out before any command looks at its own flags.
import { CliError, EXIT } from "./errors.ts";

export type ConfigOption = { head: readonly string[]; configFile: string | undefined };

export function takeConfigOption(argv: readonly string[]): ConfigOption {
  const index = configIndex(argv);
  const word = argv[index];
  if (word === undefined) return { head: argv, configFile: undefined };
  const joined = word.startsWith("--config=");
  const configFile = joined ? word.slice("--config=".length) : argv[index + 1];
  if (!configFile) throw new CliError("--config needs a file", { hint: "metacred --config FILE …", exit: EXIT.usage });
  return { head: [...argv.slice(0, index), ...argv.slice(index + (joined ? 1 : 2))], configFile };
}

// Not findIndex: the engine has it in JavaScript and compiles it at its first use, as long as a tenth of `--version` takes.
function configIndex(argv: readonly string[]): number {
  let index = 0;
  for (const word of argv) {
    if (word === "--config" || word.startsWith("--config=")) return index;
    index++;
  }
  return -1;
}
