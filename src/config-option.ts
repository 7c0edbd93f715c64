// `--config FILE` holds for every command, so it is taken out before any command looks at its own flags.
import { CliError, EXIT } from "./errors.ts";

export type ConfigOption = { head: readonly string[]; configFile: string | undefined };

export function takeConfigOption(argv: readonly string[]): ConfigOption {
  const index = argv.findIndex((word) => word === "--config" || word.startsWith("--config="));
  const word = argv[index];
  if (word === undefined) return { head: argv, configFile: undefined };
  const joined = word.startsWith("--config=");
  const configFile = joined ? word.slice("--config=".length) : argv[index + 1];
  if (!configFile) throw new CliError("--config needs a file", { hint: "metacred --config FILE …", exit: EXIT.usage });
  return { head: [...argv.slice(0, index), ...argv.slice(index + (joined ? 1 : 2))], configFile };
}
