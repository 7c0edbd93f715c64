import { describe, expect, test } from "bun:test";
import { KEY, MINUTE_MS, minutesOf, servedBy, serving, untilDueMs } from "./fake-source.ts";

describe("an upstream that hands back the session already held", () => {
  test("has not failed: asked again at half of the rest, and said", async () => {
    const it = await serving(60);
    const held = it.sessions.current(KEY);
    await it.clock.advance(35 * MINUTE_MS);
    await it.last().answer({ ...it.session("first", 25) });
    expect(it.sessions.state(KEY)).toEqual({
      session: held,
      nextRefreshAt: new Date("2026-01-01T00:47:30Z"),
      lastError: undefined,
      limitedByUpstream: true,
    });
    await it.clock.advance(12.5 * MINUTE_MS);
    expect(it.calls.length).toBe(3);
    await it.last().answer(it.session("second", 60));
    expect(it.sessions.state(KEY)?.limitedByUpstream).toBe(false);
  });

  test("is asked no more than once a minute near the end", async () => {
    const it = await serving(60);
    await it.clock.advance(35 * MINUTE_MS);
    for (let guard = 0; guard < 50 && minutesOf(it) < 60; guard++) {
      await it.last().answer(it.session("first", 60 - minutesOf(it)));
      await it.clock.advance(untilDueMs(it));
    }
    expect(it.calls.length).toBeLessThan(10);
  });

  // Some processes hand out the same keys with a later end each time, as wrappers of a longer session do.
  test("prolonged: the later end holds", async () => {
    const it = await serving(60);
    await it.clock.advance(35 * MINUTE_MS);
    await it.last().answer(it.session("first", 60));
    await it.clock.advance(30 * MINUTE_MS);
    expect(minutesOf(it)).toBe(65);
    expect(servedBy(it)).toBe("first");
  });

  test("with another token it is another session", async () => {
    const it = await serving(60);
    await it.clock.advance(35 * MINUTE_MS);
    const session = it.session("first", 60);
    await it.last().answer({ ...session, credentials: { ...session.credentials, sessionToken: "new" } });
    expect(it.sessions.current(KEY)?.credentials.sessionToken).toBe("new");
    expect(it.sessions.state(KEY)?.limitedByUpstream).toBe(false);
  });
});
