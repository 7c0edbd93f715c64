// Which sign-in `login` and `logout` mean. Pure.
import { type SsoSession, ssoKey } from "../aws/sso-session.ts";
import { CliError, EXIT } from "../errors.ts";
import { nearestWord } from "../nearest.ts";
import { type Profiles, resolveProfile, ssoSessionOf } from "./profiles.ts";
import { type RoleSources, baseChain, own } from "./resolve.ts";

export type SignIn = { session: SsoSession; word: string };

/** By the name of an sso-session or of a profile; without one the base's, else the only one there is. */
export function chooseSignIn(named: string | undefined, sources: RoleSources, sessions: Profiles): SignIn {
  return named === undefined ? defaultSignIn(sources, sessions) : namedSignIn(named, sources, sessions);
}

function namedSignIn(name: string, { profiles }: RoleSources, sessions: Profiles): SignIn {
  const section = own(sessions, name);
  if (section !== undefined) return { session: ssoSessionOf(name, section), word: name };
  if (own(profiles, name) === undefined) {
    const near = nearestWord(name, [...Object.keys(sessions), ...Object.keys(profiles)]);
    throw new CliError(`there is no sso-session and no AWS profile "${name}"`, {
      hint: near === undefined ? "aws configure sso" : `metacred login ${near}`,
      exit: EXIT.usage,
    });
  }
  const { base } = resolveProfile(name, profiles, "metacred");
  if (base.kind === "sso") return { session: base.session, word: base.word };
  throw new CliError(`the AWS profile "${name}" does not use SSO: nobody signs in to it`, {
    hint: "metacred use " + name,
    exit: EXIT.usage,
  });
}

function defaultSignIn(sources: RoleSources, sessions: Profiles): SignIn {
  const ofBase = baseSignIn(sources);
  if (ofBase !== undefined) return ofBase;
  const all = new Map<string, SignIn>();
  for (const name of Object.keys(sessions)) add(all, () => namedSignIn(name, sources, sessions));
  for (const name of Object.keys(sources.profiles)) add(all, () => namedSignIn(name, sources, {}));
  const [only, ...more] = all.values();
  if (only === undefined) {
    throw new CliError("the AWS config knows no SSO session", { hint: "aws configure sso", exit: EXIT.usage });
  }
  if (more.length === 0) return only;
  const words = [...all.values()].map(({ word }) => word);
  throw new CliError(`there are several SSO sessions: ${words.join(", ")}`, {
    hint: `metacred login ${only.word}`,
    exit: EXIT.usage,
  });
}

function baseSignIn(sources: RoleSources): SignIn | undefined {
  try {
    const { base } = baseChain(sources);
    return base.kind === "sso" ? { session: base.session, word: base.word } : undefined;
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

// A profile that is no sign-in, or a broken one, is nothing to choose from.
function add(all: Map<string, SignIn>, find: () => SignIn): void {
  try {
    const found = find();
    const key = ssoKey(found.session);
    if (!all.has(key)) all.set(key, found);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
  }
}
