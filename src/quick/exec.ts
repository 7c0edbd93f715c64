// `exec -- CMD`: a program under a role of its own. It is told where to get credentials, and gets new ones by itself.
// Not on the quick path: what it needs of the system would be loaded by every other quick command, too.
import type { Context } from "../context.ts";
import { controlClient } from "../daemon/client.ts";
import { CliError, EXIT } from "../errors.ts";
import { tell } from "../print.ts";
import { inheritedDescriptors } from "../sys/execve.ts";
import { findCommand, replaceProcess } from "../sys/replace-process.ts";
import { withAgreement } from "./agree.ts";
import { credentialsFor } from "./credential-process.ts";
import { defaultProfileHasCredentials } from "./default-profile.ts";
import { type Variables, endpointVariables, keyVariables, withVariables } from "./variables.ts";

export type ExecOptions = {
  role: string | undefined;
  /** Keys in variables instead of an endpoint. */
  env: boolean;
};

/** Does not come back: the process becomes the command. */
export async function execCommand(
  context: Context,
  options: ExecOptions,
  argv: readonly string[] | undefined,
): Promise<number> {
  // Before there are any of our own.
  const descriptors = inheritedDescriptors();
  const [command] = argv ?? [];
  if (argv === undefined || command === undefined) {
    throw new CliError('"metacred exec" needs a command behind --', {
      hint: "metacred exec --role ROLE -- COMMAND …",
      exit: EXIT.usage,
    });
  }
  // Before AWS is asked for something that nobody would use.
  findCommand(command, context.env["PATH"]);
  const variables = await withAgreement(context, false, (granted) => variablesFor(context, options, granted));
  return replaceProcess(argv, withVariables(context.env, variables), descriptors);
}

// --- internal ---

async function variablesFor(context: Context, { role, env }: ExecOptions, granted: boolean): Promise<Variables> {
  const keys = async () => keyVariables(await credentialsFor(context, role, { command: "exec", granted }));
  if (env) return keys();
  if (await defaultProfileHasCredentials(context)) {
    await tell(
      "metacred: the AWS profile [default] has credentials, which SDKs prefer to an endpoint: the command gets keys in\n" +
        "  variables instead, which are not renewed; try: give that profile another name\n",
    );
    return keys();
  }
  try {
    return endpointVariables(await controlClient(context.paths.socketFile).container(role, process.pid, granted));
  } catch (error) {
    if (error instanceof CliError && error.exit === EXIT.notRunning) return keys();
    throw error;
  }
}
