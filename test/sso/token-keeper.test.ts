import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { fieldsOf } from "../../src/sso/token.ts";
import { failureOf } from "../support/failure.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scratchAws } from "../support/scratch-aws.ts";
import { untilTrue } from "../support/until.ts";
import { CORP, type SsoScene, ssoScene } from "./sso-scene.ts";

const MINUTE_MS = 60_000;

/** Signed in, on a clock that stands still; a token lives an hour. */
async function scene({ shareCliCache = false, background = false } = {}) {
  const clock = manualClock(new Date().toISOString());
  const aws = startMockAws({ now: () => clock.now() });
  const files = scratchAws({ url: aws.url });
  const sso = ssoScene({ home: files.path, clock, shareCliCache, background });
  await sso.signIn();
  return {
    aws,
    clock,
    ...sso,
    access: () => sso.keeper.access(CORP, "corp"),
    async [Symbol.asyncDispose]() {
      files[Symbol.dispose]();
      await aws.stop();
    },
  };
}

const refreshes = (aws: { count(action: string): number }) => aws.count("CreateToken") - 1;

describe("a token of our own", () => {
  test("is used as long as it has ten minutes, then renewed, without a person", async () => {
    await using it = await scene();
    const first = await it.access();
    await it.clock.advance(49 * MINUTE_MS);
    expect(await it.access()).toBe(first);
    await it.clock.advance(2 * MINUTE_MS);
    expect(await it.access()).not.toBe(first);
    expect(refreshes(it.aws)).toBe(1);
  });

  test("long ended is renewed, too", async () => {
    await using it = await scene();
    await it.clock.advance(600 * MINUTE_MS);
    expect(await it.access()).toStartWith("aoa");
    expect(it.aws.count("Authorize")).toBe(1);
  });

  test("is used to its end where the refresh fails", async () => {
    await using it = await scene();
    const first = await it.access();
    it.aws.sso.endSessions();
    await it.clock.advance(55 * MINUTE_MS);
    expect(await it.access()).toBe(first);
    await it.clock.advance(10 * MINUTE_MS);
    expect(await failureOf(it.access)).toEqual({
      message: 'the SSO session "corp" has expired',
      hint: "metacred login corp",
      exit: 4,
    });
  });

  test("an outage is no reason to ask a person", async () => {
    await using it = await scene();
    await it.clock.advance(90 * MINUTE_MS);
    it.aws.down(true);
    const failure = await failureOf(it.access);
    expect(failure).toMatchObject({
      message: expect.stringContaining('cannot refresh the SSO session "corp"'),
      exit: 1,
    });
    it.aws.down(false);
    expect(await it.access()).toStartWith("aoa");
  });

  test("one that the portal refuses is renewed once", async () => {
    await using it = await scene();
    const first = await it.access();
    it.aws.sso.endAccessTokens();
    const second = await it.keeper.replace(CORP, "corp", first);
    expect(second).not.toBe(first);
    expect(await it.portal.accounts(CORP.region, second)).toHaveLength(2);
  });

  test("nobody has signed in", async () => {
    await using it = await scene();
    await it.keeper.remove(CORP);
    expect(await failureOf(it.access)).toEqual({
      message: 'nobody has signed in to the SSO session "corp"',
      hint: "metacred login corp",
      exit: 4,
    });
  });
});

test("a process that stays renews ahead of the end, though nobody asks", async () => {
  await using it = await scene({ background: true });
  const first = await it.access();
  await it.clock.advance(50 * MINUTE_MS + 1000);
  await it.aws.untilCalled("CreateToken", 2);
  const next = async () => (await it.keeper.find(CORP))?.token.accessToken;
  await untilTrue("the new token is kept", async () => (await next()) !== first);
});

test("ten processes at once: one refresh, though each token renews once only", async () => {
  await using it = await scene();
  await it.clock.advance(55 * MINUTE_MS);
  const keepers = Array.from({ length: 10 }, () => it.other());
  const waits = keepers.map((keeper) => keeper.access(CORP, "corp"));
  // Waiting for a lock is told by the clock, which stands still by itself.
  const running = setInterval(() => void it.clock.advance(100), 1);
  const tokens = await Promise.all(waits);
  clearInterval(running);
  expect(new Set(tokens).size).toBe(1);
  expect(refreshes(it.aws)).toBe(1);
});

describe("the AWS CLI's cache", () => {
  const moveToCli = async (it: SsoScene) => {
    const found = await it.keeper.find(CORP);
    if (found === undefined) throw new Error("no token");
    await it.keeper.remove(CORP);
    const file = it.cache.fileOf(CORP);
    it.cache.write(file, CORP, found.token);
    return { file, token: found.token };
  };

  test("its token is renewed, and written back in its form", async () => {
    await using it = await scene();
    const { file, token } = await moveToCli(it);
    await it.clock.advance(55 * MINUTE_MS);
    const access = await it.access();
    const kept = JSON.parse(readFileSync(file, "utf8"));
    expect(kept.accessToken).toBe(access);
    expect(Object.keys(kept).toSorted()).toEqual(Object.keys(fieldsOf(CORP, token)).toSorted());
    expect(kept.refreshToken).not.toBe(token.refreshToken);
  });

  test("our own sign-in is not written there", async () => {
    await using it = await scene();
    expect(it.cache.find(CORP)).toBeUndefined();
  });

  test("unless it is wished, also after a refresh", async () => {
    await using it = await scene({ shareCliCache: true });
    const first = await it.access();
    expect(it.cache.find(CORP)?.token.accessToken).toBe(first);
    await it.clock.advance(55 * MINUTE_MS);
    const second = await it.access();
    expect(it.cache.find(CORP)?.token.accessToken).toBe(second);
  });

  test("a sign-in by the CLI is found though our own has ended", async () => {
    await using it = await scene();
    const ended = await it.keeper.find(CORP);
    it.aws.sso.endSessions();
    await it.clock.advance(61 * MINUTE_MS);
    await failureOf(it.access);
    if (ended === undefined) throw new Error("no token");
    const fresh = {
      ...ended.token,
      accessToken: "by-the-cli",
      expiresAt: new Date(it.clock.now().getTime() + 3_600_000),
    };
    it.cache.write(it.cache.fileOf(CORP), CORP, fresh);
    expect(await it.access()).toBe("by-the-cli");
  });
});
