// `login` where the daemon waits for a code of an MFA device: it is asked for here, and handed over.
import type { Context } from "../context.ts";
import { controlClient } from "../daemon/client.ts";
import { withMfaCode } from "../daemon/mfa-prompt.ts";
import type { NeedAnswer, Status } from "../daemon/protocol.ts";
import { CliError, EXIT } from "../errors.ts";
import { tell } from "../print.ts";
import { mfaPrompt } from "./ask-mfa.ts";

export async function answerMfa(context: Context, needs: NeedAnswer, given: string | undefined): Promise<void> {
  const control = controlClient(context.paths.socketFile);
  const task = (code: string | undefined): Promise<Status> => {
    if (code !== undefined) return control.mfa(code);
    throw new CliError(`a code of the MFA device ${needs.device} is needed`, {
      hint: "metacred login --mfa-code CODE",
      exit: EXIT.needsPerson,
      needs,
    });
  };
  const { role } = await withMfaCode(async (code) => task(code), mfaPrompt(context, given));
  await tell(`${role?.name ?? "no role"} is renewed\n`);
}
