import { describe, expect, test } from "bun:test";
import type { Session } from "../../src/aws/credentials.ts";
import { CliError } from "../../src/errors.ts";
import { failureOf } from "../support/failure.ts";
import { DEV, KEY, MINUTE_MS, OPS, idOf, minutesOf, servedBy, serving, untilDueMs } from "./fake-source.ts";

describe("keep the last good session", () => {
  test.each([
    ["T-25 min", 35, "first"],
    ["T-15 min", 45, "first"],
    ["T-5 min", 55, "first"],
    ["T-1 s", 60 - 1 / 60, "first"],
    ["T", 60, undefined],
    ["T+1 s", 60 + 1 / 60, undefined],
  ])("while every refresh fails, %s: %p", async (_title, minutes, id) => {
    const it = await serving(60);
    for (;;) {
      const waitMs = untilDueMs(it);
      if (minutesOf(it) + waitMs / MINUTE_MS > minutes) break;
      await it.clock.advance(waitMs);
      await it.last().fail(new Error("down"));
    }
    await it.clock.advance((minutes - minutesOf(it)) * MINUTE_MS);
    expect(minutesOf(it)).toBeCloseTo(minutes, 6);
    expect(servedBy(it)).toBe(id);
    expect(it.sessions.state(KEY)?.session === undefined).toBe(id === undefined);
    expect(it.sessions.state(KEY)?.lastError?.message).toBe(minutes < 35 ? undefined : "down");
  });

  test("retries come later and later, up to two minutes", async () => {
    const it = await serving(60, () => 0.999999);
    await it.clock.advance(untilDueMs(it));
    const waitsMs: number[] = [];
    for (let failures = 0; failures < 9; failures++) {
      await it.last().fail(new Error("down"));
      const waitMs = untilDueMs(it);
      waitsMs.push(waitMs);
      await it.clock.advance(waitMs);
    }
    const seconds = waitsMs.map((ms) => Math.round(ms / 1000));
    expect(seconds).toEqual([1, 2, 4, 8, 16, 32, 64, 120, 120]);
  });

  test("a success ends the series: the error is gone, the next failure waits a second again", async () => {
    const it = await serving(60);
    await it.clock.advance(35 * MINUTE_MS);
    await it.last().fail(new CliError("down", { hint: "wait", exit: 4 }));
    expect(it.sessions.state(KEY)?.lastError).toEqual({
      message: "down",
      hint: "wait",
      exit: 4,
      needs: undefined,
      at: new Date("2026-01-01T00:35:00Z"),
    });
    await it.clock.advance(1000);
    await it.last().answer(it.session("second", 60));
    expect(it.sessions.state(KEY)?.lastError).toBeUndefined();
    await it.clock.advance(35 * MINUTE_MS);
    await it.last().fail(new Error("down"));
    expect(it.sessions.state(KEY)?.nextRefreshAt?.getTime()).toBe(it.clock.now().getTime() + 500);
  });

  test("a failing role keeps others as they are", async () => {
    const it = await serving(60);
    const ops = failureOf(() => it.sessions.ensure(OPS));
    await it.last().fail(new Error("ops is down"));
    expect((await ops).message).toBe("ops is down");
    expect(servedBy(it)).toBe("first");
    expect(it.sessions.state(KEY)?.lastError).toBeUndefined();
    await it.clock.advance(35 * MINUTE_MS);
    expect(it.last().spec.name).toBe("dev");
  });

  test("a wall clock set past the end: no longer served; who asks waits for a new one", async () => {
    const it = await serving(60);
    it.clock.jump(61 * MINUTE_MS);
    expect(servedBy(it)).toBeUndefined();
    const asking = it.sessions.ensure(DEV);
    await it.last().answer(it.session("second", 60));
    expect(idOf(await asking)).toBe("second");
  });
});

describe("what is no session", () => {
  const broken: [string, (session: Session) => Session, RegExp][] = [
    [
      "no key id",
      (session) => ({ ...session, credentials: { ...session.credentials, accessKeyId: "" } }),
      /incomplete/,
    ],
    [
      "no secret",
      (session) => ({ ...session, credentials: { ...session.credentials, secretAccessKey: "" } }),
      /incomplete/,
    ],
    [
      "an empty token",
      (session) => ({ ...session, credentials: { ...session.credentials, sessionToken: "" } }),
      /incomplete/,
    ],
    [
      "no token",
      (session) => ({ ...session, credentials: { ...session.credentials, sessionToken: undefined } }),
      /incomplete/,
    ],
    ["one that ends now", (session) => ({ ...session, expiration: session.obtainedAt }), /already expired/],
    [
      "one that has ended",
      (session) => ({ ...session, expiration: new Date("2025-12-31T00:00:00Z") }),
      /already expired/,
    ],
  ];
  test.each(broken)("%s is a failure, and the good one stays", async (_title, breakIt, message) => {
    const it = await serving(60);
    await it.clock.advance(35 * MINUTE_MS);
    await it.last().answer(breakIt(it.session("broken", 60)));
    expect(servedBy(it)).toBe("first");
    expect(it.sessions.state(KEY)?.lastError?.message).toMatch(message);
    expect(it.events.at(-1)).toMatch(message);
  });
});
