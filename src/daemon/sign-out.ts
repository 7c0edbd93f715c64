// `logout`: the sign-in ends at AWS and everywhere here.
import { explainCall } from "../aws/explain.ts";
import { isUnauthorized } from "../aws/sso-portal.ts";
import { ssoKey } from "../aws/sso-session.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { personAnswered } from "./ask-person.ts";
import { controlClient, ifRunning } from "./client.ts";
import { openSignIn } from "./sign-in.ts";
import { noteSignInChange } from "./sign-in-facts.ts";

export type SignedOut = { word: string; wasIn: boolean };

export async function runLogout(
  context: Context,
  name: string | undefined,
  say: (text: string) => void,
): Promise<SignedOut> {
  const { kit, signIn } = await openSignIn(context, name, say);
  const { session, word } = signIn;
  const found = await kit.keeper.find(session);
  let failure: CliError | undefined;
  try {
    if (found !== undefined) await kit.portal.logout(session.region, found.token.accessToken);
  } catch (error) {
    // An ended token has nothing to sign out; what AWS did not hear must not keep the token here.
    if (!isUnauthorized(error)) failure = explainCall(error, `sign out of "${word}" at AWS`);
  }
  await kit.keeper.remove(session);
  noteSignInChange(context.paths.stateDir, kit.clock.now());
  personAnswered(ssoKey(session), context.paths.stateDir);
  await ifRunning(controlClient(context.paths.socketFile).signedOut(ssoKey(session)));
  if (failure === undefined) return { word, wasIn: found !== undefined };
  throw new CliError(`${failure.message}; it is forgotten here`, { hint: failure.hint, cause: failure });
}
