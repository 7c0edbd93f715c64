// `login`, as far as it needs AWS: which sign-in, which way, what the person sees, and who is told afterwards.
import type { Device, Flow } from "../aws/sso-oidc.ts";
import { ssoKey } from "../aws/sso-session.ts";
import type { Context } from "../context.ts";
import { CliError, EXIT } from "../errors.ts";
import type { SignIn } from "../roles/sign-in-choice.ts";
import { login } from "../sso/login.ts";
import { browserCommand, canShowPages } from "../sso/open-browser.ts";
import { createRegistrations } from "../sso/registration.ts";
import { fieldsOf } from "../sso/token.ts";
import { startDetached } from "../sys/start-detached.ts";
import { personAnswered } from "./ask-person.ts";
import { controlClient, ifRunning, statusIfRunning } from "./client.ts";
import { type RoleCatalog, createRoleCatalog } from "./role-catalog.ts";
import { noteSignInChange } from "./sign-in-facts.ts";
import { type SourceKit, createSourceKit } from "./source-kit.ts";
import { whoConnects } from "./who-connects.ts";

export type LoginOptions = {
  /** Of an sso-session or a profile. */
  name: string | undefined;
  deviceCode: boolean;
  /** Open a browser, where there is one. */
  browser: boolean;
};

type Say = (text: string) => void;

export type SignedIn = { word: string; until: Date; renews: boolean; shared: boolean };

export async function runLogin(context: Context, options: LoginOptions, say: Say): Promise<SignedIn> {
  const { paths, clock } = context;
  const { kit, signIn } = await openSignIn(context, options.name, say);
  const { session, word } = signIn;
  const inMemory = kit.secrets.kind === "memory";
  if (inMemory && (await statusIfRunning(paths.socketFile)) === undefined) {
    throw new CliError('secrets.store = "memory" keeps a sign-in in the daemon alone, and none runs', {
      hint: 'metacred serve --background with a role that needs no sign-in, or secrets.store = "file"',
      exit: EXIT.usage,
    });
  }
  const open = (url: string): boolean => {
    const argv = options.browser ? browserCommand(url, context.env, context.platform) : undefined;
    return argv !== undefined && startDetached(argv, context.env);
  };
  const who = whoConnects(context);
  const { token, shared } = await login(session, word, flowOf(options, context), {
    oidc: kit.oidc,
    registrations: createRegistrations({ store: kit.secrets, oidc: kit.oidc, clock }),
    keeper: kit.keeper,
    clock,
    stateDir: paths.stateDir,
    mayAnswer: (peer) => who(peer) !== "other",
    ask: {
      browser: (url) => say(browserWords(word, url, open(url))),
      device: (device) => say(deviceWords(word, device, open(device.verificationUriComplete))),
      waiting: () => say(`another metacred is signing in to "${word}": waiting for it`),
    },
  });
  noteSignInChange(paths.stateDir, clock.now());
  personAnswered(ssoKey(session), paths.stateDir);
  const kept = inMemory ? JSON.stringify(fieldsOf(session, token)) : undefined;
  // A daemon that runs picks the sign-in up at once; without one there is nobody to tell.
  await ifRunning(controlClient(paths.socketFile).signedIn(ssoKey(session), kept));
  return { word, until: token.expiresAt, renews: token.refreshToken !== undefined, shared };
}

/** What `login` and `logout` begin with. */
export async function openSignIn(
  context: Context,
  name: string | undefined,
  say: Say,
): Promise<{ kit: SourceKit; signIn: SignIn }> {
  const catalog: RoleCatalog = createRoleCatalog(context, undefined, () => kit.lists);
  const kit: SourceKit = createSourceKit(context, catalog, {
    background: false,
    patient: context.interactive,
    say,
  });
  return { kit, signIn: await catalog.signIn(name) };
}

// Where no page can be shown, a page that comes back to this machine is of no use.
function flowOf({ deviceCode, browser }: LoginOptions, { env, platform }: Context): Flow {
  if (deviceCode) return "device";
  return canShowPages(env, platform) || !browser ? "browser" : "device";
}

function browserWords(word: string, url: string, opened: boolean): string {
  const how = opened
    ? "A page was opened in your browser; if not, open"
    : "Open this page in a browser on this machine";
  return `Signing in to "${word}". ${how}:\n\n  ${url}\n`;
}

function deviceWords(
  word: string,
  { userCode, verificationUri, verificationUriComplete }: Device,
  opened: boolean,
): string {
  const how = opened
    ? `A page was opened in your browser; if not, open ${verificationUri}`
    : `Open ${verificationUri}, or ${verificationUriComplete}`;
  return `Signing in to "${word}". ${how}\nIt must show this code, and nothing else:\n\n  ${userCode}\n`;
}
