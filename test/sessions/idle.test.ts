import { describe, expect, test } from "bun:test";
import { failureOf } from "../support/failure.ts";
import { DEV, KEY, MINUTE_MS, OPS, scene, serving } from "./fake-source.ts";

describe("let go or kept", () => {
  test("one that nobody asked for since its fetch is let go when it is due", async () => {
    const it = scene();
    const asking = it.sessions.ensure(DEV);
    await it.last().answer(it.session("first", 60));
    await asking;
    await it.clock.advance(35 * MINUTE_MS);
    expect(it.calls.length).toBe(1);
    expect(it.sessions.state(KEY)).toBeUndefined();
    expect(it.events).toEqual(["obtained dev", "released dev"]);
  });

  test("one that was asked for is refreshed once more", async () => {
    const it = scene();
    const asking = it.sessions.ensure(DEV);
    await it.last().answer(it.session("first", 60));
    await asking;
    await it.sessions.ensure(DEV);
    await it.clock.advance(35 * MINUTE_MS);
    await it.last().answer(it.session("second", 60));
    await it.clock.advance(35 * MINUTE_MS);
    expect(it.calls.length).toBe(2);
    expect(it.events).toEqual(["obtained dev", "obtained dev", "released dev"]);
  });

  test("looking at its state is not asking for it", async () => {
    const it = scene();
    const asking = it.sessions.ensure(DEV);
    await it.last().answer(it.session("first", 60));
    await asking;
    it.sessions.state(KEY);
    await it.clock.advance(35 * MINUTE_MS);
    expect(it.events.at(-1)).toBe("released dev");
  });

  test("the pinned one is refreshed though nobody asks, for as long as it is pinned", async () => {
    const it = await serving(60);
    for (let round = 0; round < 3; round++) {
      await it.clock.advance(35 * MINUTE_MS);
      await it.last().answer(it.session(`round-${round}`, 60));
    }
    expect(it.calls.length).toBe(4);
    it.sessions.pin(OPS);
    await it.clock.advance(35 * MINUTE_MS);
    expect(it.calls.length).toBe(4);
    expect(it.events.at(-1)).toBe("released dev");
  });

  test("one that is pinned for containers is kept beside the active one", async () => {
    const it = await serving(60);
    it.sessions.pin(OPS);
    it.sessions.pin(DEV, "containers");
    await it.clock.advance(35 * MINUTE_MS);
    await it.last().answer(it.session("again", 60));
    expect(it.calls.length).toBe(2);
    it.sessions.pin(undefined, "containers");
    await it.clock.advance(35 * MINUTE_MS);
    expect(it.events.at(-1)).toBe("released dev");
  });

  test("a refresh that failed leaves the good session to whoever asks, and is tried again only then", async () => {
    const it = scene();
    const asking = it.sessions.ensure(DEV);
    await it.last().answer(it.session("first", 60));
    await asking;
    it.sessions.current(KEY);
    await it.clock.advance(35 * MINUTE_MS);
    await it.last().fail(new Error("down"));
    await it.clock.advance(10 * MINUTE_MS);
    expect(it.calls.length).toBe(2);
    expect((await it.sessions.ensure(DEV)).credentials.accessKeyId).toBe("first");
    await it.clock.advance(2 * MINUTE_MS);
    expect(it.calls.length).toBe(3);
    await it.last().fail(new Error("down"));
    await it.clock.advance(20 * MINUTE_MS);
    expect(it.sessions.state(KEY)).toBeUndefined();
  });

  test("a role that failed and that nobody wants any more is not tried again", async () => {
    const it = scene();
    const asking = failureOf(() => it.sessions.ensure(DEV));
    await it.last().fail(new Error("down"));
    await asking;
    await it.clock.advance(10 * MINUTE_MS);
    expect(it.calls.length).toBe(1);
    expect(it.sessions.state(KEY)).toBeUndefined();
  });
});
