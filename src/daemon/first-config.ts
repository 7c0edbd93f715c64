// `init`: the proposal written beside its schema; what is there already is only replaced by one who said so.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Context } from "../context.ts";
import { CliError, EXIT, messageOf } from "../errors.ts";
import { type Proposal, proposeConfig } from "../roles/propose-config.ts";
import { loadProfiles } from "../sources/profile-files.ts";
import { writePrivateFile } from "../sys/atomic-file.ts";

/** Throws with `confirm` where a config is there already and nobody has agreed to lose it. */
export async function writeFirstConfig(context: Context, schema: string, granted: boolean): Promise<Proposal> {
  const { paths, env } = context;
  const file = paths.configFile;
  if (!granted && existsSync(file)) {
    throw new CliError(`${file} exists already`, {
      hint: "metacred init --print, or metacred init --yes to replace it",
      exit: EXIT.usage,
      confirm: "replace",
    });
  }
  const proposal = proposeConfig(await loadProfiles(env), env["AWS_PROFILE"] || undefined);
  try {
    writePrivateFile(join(dirname(file), "config.schema.json"), schema);
    writePrivateFile(file, proposal.text);
  } catch (error) {
    throw new CliError(messageOf(error), { hint: "metacred init --print", cause: error });
  }
  return proposal;
}

export async function proposal({ env }: Pick<Context, "env">): Promise<string> {
  return proposeConfig(await loadProfiles(env), env["AWS_PROFILE"] || undefined).text;
}
