import { expect, test } from "bun:test";
import type { SsoOidc } from "../../src/aws/sso-oidc.ts";
import { signInByDevice } from "../../src/sso/device-flow.ts";
import { failureOf } from "../support/failure.ts";
import { manualClock } from "../support/manual-clock.ts";
import { CORP } from "./sso-scene.ts";

const awsError = (name: string) => Object.assign(new Error(name), { name, $fault: "client" });
const PENDING = "AuthorizationPendingException";

/** Answers `errors` one after the other, then a token; notes at which second it was asked. */
function scene(errors: readonly string[], lifeSeconds = 600) {
  const clock = manualClock();
  const startedMs = clock.monotonicMs();
  const askedAt: number[] = [];
  const shown: string[] = [];
  const waiting = [...errors];
  const unexpected = () => Promise.reject(new Error("not expected"));
  const oidc: SsoOidc = {
    register: unexpected,
    authorizeUrl: async () => "",
    startDevice: async () => ({
      deviceCode: "d",
      userCode: "ABCD-EFGH",
      verificationUri: "https://device",
      verificationUriComplete: "https://device?c",
      expiresAt: new Date(clock.now().getTime() + lifeSeconds * 1000),
      intervalMs: 5000,
    }),
    async createToken() {
      askedAt.push((clock.monotonicMs() - startedMs) / 1000);
      const error = waiting.shift();
      if (error !== undefined) throw awsError(error);
      return { accessToken: "a", expiresAt: clock.now(), refreshToken: "r" };
    },
  };
  const client = { clientId: "c", clientSecret: "s", expiresAt: clock.now() };
  const abort = new AbortController();
  const result = signInByDevice(CORP, client, {
    oidc,
    clock,
    word: "corp",
    signal: abort.signal,
    show: ({ userCode }) => void shown.push(userCode),
  });
  return { clock, askedAt, shown, result, abort };
}

test("asks every 5 s, and 5 s more seldom after each slow_down (RFC 8628, section 3.5)", async () => {
  const { clock, askedAt, shown, result } = scene([PENDING, "SlowDownException", PENDING, "SlowDownException"]);
  await clock.advance(60_000);
  expect((await result).accessToken).toBe("a");
  expect(askedAt).toEqual([5, 10, 20, 30, 45]);
  expect(shown).toEqual(["ABCD-EFGH"]);
});

test.each<[string, readonly string[], number, string]>([
  ["denied", ["AccessDeniedException"], 600, 'the sign-in to "corp" was denied in the browser'],
  ["the code expired", ["ExpiredTokenException"], 600, 'the code for "corp" has expired before anybody signed in'],
  ["the code's life is over", [PENDING, PENDING, PENDING], 10, 'the code for "corp" has expired before anybody signed'],
])("%s: exit 4 and what to type", async (_title, errors, lifeSeconds, message) => {
  const { clock, result } = scene(errors, lifeSeconds);
  const failure = failureOf(() => result);
  await clock.advance(60_000);
  expect(await failure).toMatchObject({ message: expect.stringContaining(message), exit: 4 });
  expect((await failure).hint).toStartWith("metacred login corp");
});

test("an end of the patience ends the wait", async () => {
  const { abort, result } = scene([]);
  const fate = result.catch((error: unknown) => error);
  await Promise.resolve();
  abort.abort("enough");
  expect(await fate).toBe("enough");
});
