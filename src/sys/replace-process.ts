// Becoming another program, as env(1) does: the same process id, terminal and descriptors, so that nothing needs relaying.
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { CliError, EXIT, messageOf } from "../errors.ts";
import type { Environment } from "../paths.ts";
import { execveAsGiven } from "./execve.ts";
import { restoreInheritedState } from "./inherited-state.ts";

/**
 * Does not return. Throws `CliError` with exit 127 where there is no such command, 126 where it cannot be run.
 * `descriptors`: those beyond 0 to 2 that the command gets.
 */
export function replaceProcess(
  argv: readonly string[],
  env: Record<string, string>,
  descriptors: readonly number[],
): never {
  const [command = ""] = argv;
  const file = findCommand(command, env["PATH"]);
  restoreInheritedState();
  try {
    execute(file, argv, env, descriptors);
  } catch (error) {
    // execvp(3): a file without a first line that names its interpreter is a script of the shell.
    if (!isCode(error, "ENOEXEC")) throw notRunnable(command, messageOf(error));
  }
  return execute("/bin/sh", ["/bin/sh", file, ...argv.slice(1)], env, descriptors);
}

/** The file that a command's name means, by PATH where it holds no slash. */
export function findCommand(command: string, path: Environment[string]): string {
  const files = command.includes("/")
    ? [command]
    : (path ?? "").split(delimiter).map((folder) => join(folder === "" ? "." : folder, command));
  let refused: string | undefined;
  for (const file of command === "" ? [] : files) {
    const found = kindOf(file);
    if (found === "runnable") return file;
    if (found === "there") refused ??= file;
  }
  if (refused !== undefined) throw notRunnable(refused, "it may not be executed");
  throw new CliError(`there is no command "${command}"`, {
    hint: "metacred exec -- COMMAND …",
    exit: EXIT.noSuchCommand,
  });
}

// --- internal ---

function execute(
  file: string,
  argv: readonly string[],
  env: Record<string, string>,
  descriptors: readonly number[],
): never {
  execveAsGiven(file, argv, env, descriptors);
  // Where that came back, this tells why.
  if (process.execve === undefined) throw new CliError("this system cannot replace a process: use metacred env");
  return process.execve(file, argv, env);
}

function kindOf(file: string): "runnable" | "there" | "absent" {
  try {
    const isFile = statSync(file).isFile();
    accessSync(file, constants.X_OK);
    return isFile ? "runnable" : "there";
  } catch (error) {
    return isCode(error, "EACCES") ? "there" : "absent";
  }
}

function notRunnable(command: string, reason: string): CliError {
  return new CliError(`cannot run ${command}: ${reason}`, { hint: `ls -l ${command}`, exit: EXIT.notRunnable });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
