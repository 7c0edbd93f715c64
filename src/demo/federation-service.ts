// The federation endpoint of AWS's sign-in in the mock: a session of a role becomes a token, a token the console.
import { type JsonResult, bodyParameters, jsonAnswer, refuseJson, shownParameters } from "./rest-json.ts";
import type { Fault, MockService } from "./service.ts";
import { laterBy, randomText } from "./sso-world.ts";
import type { World } from "./world.ts";

const TOKEN_MINUTES = 15;
const SESSION_FIELDS = ["sessionId", "sessionKey", "sessionToken"];
const CONSOLE =
  /^https:\/\/console\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)\/[a-z0-9/-]+\/home(\?region=[a-z0-9-]+)?$/;

type Tokens = Map<string, { expiresAt: Date }>;
type Parameters = Readonly<Record<string, string>>;

export function federationService(world: World): MockService {
  const tokens: Tokens = new Map();
  return {
    serves: (path) => path === "/federation",
    read({ query }) {
      const { Session: _, ...shown } = Object.fromEntries(new URLSearchParams(query));
      return { action: actionOf(shown["Action"]), parameters: shownParameters(shown) };
    },
    answer({ query }, { action }, now) {
      const parameters = Object.fromEntries(new URLSearchParams(query));
      return jsonAnswer(
        action === "ConsoleLogin" ? logIn(parameters, tokens, now) : issue(parameters, tokens, world, now),
      );
    },
    refuse: refuseJson,
  };
}

function actionOf(word: string | undefined): string {
  return word === "login" ? "ConsoleLogin" : word === "getSigninToken" ? "GetSigninToken" : "";
}

function issue(
  { Action: action, Session: text = "" }: Parameters,
  tokens: Tokens,
  world: World,
  now: Date,
): JsonResult {
  const session = bodyParameters(text);
  const isWhole = Object.keys(session).toSorted().join() === SESSION_FIELDS.join();
  const key = world.keys.get(String(session["sessionId"]));
  const fits = key?.secretAccessKey === session["sessionKey"] && key?.session?.token === session["sessionToken"];
  if (action !== "getSigninToken" || !isWhole || key?.session === undefined || !fits) return refused();
  // Sessions of GetSessionToken get none.
  if (key.principal.kind !== "role" || key.session.expiresAt <= now) return refused();
  const token = randomText(64);
  tokens.set(token, { expiresAt: laterBy(now, TOKEN_MINUTES * 60) });
  return { result: { SigninToken: token } };
}

function logIn(
  { SigninToken: token = "", Destination: page = "", Issuer: issuer }: Parameters,
  tokens: Tokens,
  now: Date,
): JsonResult {
  const known = tokens.get(token);
  if (known === undefined || known.expiresAt <= now || !issuer || !CONSOLE.test(page)) return refused();
  return { redirect: page };
}

function refused(): { fault: Fault } {
  return { fault: { status: 400, code: "InvalidRequest", message: "The request is not valid" } };
}
