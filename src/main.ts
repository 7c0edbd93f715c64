// Entry: cut argv at `--`, run, catch once, exit. The only file that ends the process.
import { EXIT } from "./errors.ts";
import { createContext } from "./context.ts";
import { takeConfigOption } from "./config-option.ts";
import { fastPath } from "./fast-path.ts";
import { loadCli } from "./load-cli.ts";
import { tell } from "./print.ts";
import { renderError } from "./render-error.ts";

async function main(argv: readonly string[]): Promise<number> {
  const cut = argv.indexOf("--");
  const { head, configFile } = takeConfigOption(cut === -1 ? argv : argv.slice(0, cut));
  const context = createContext(configFile);
  const quick = fastPath(head, cut !== -1);
  if (quick !== undefined) return quick(context);
  const { runCli } = await loadCli();
  return runCli(head, cut === -1 ? undefined : argv.slice(cut + 1), context);
}

void main(process.argv.slice(2))
  .catch(fail)
  .then((code) => process.exit(code));

async function fail(error: unknown): Promise<number> {
  await tell(renderError(error, process.env["METACRED_DEBUG"] === "1"));
  return exitOf(error);
}

function exitOf(error: unknown): number {
  return error instanceof Error && "exit" in error && typeof error.exit === "number" ? error.exit : EXIT.failure;
}
