import { describe, expect, test } from "bun:test";
import { CliError } from "../../src/errors.ts";
import { sessionKey } from "../../src/roles/role-spec.ts";
import { failureOf } from "../support/failure.ts";
import { DEV, KEY, LEAD_MS, MINUTE_MS, OPS, idOf, scene, servedBy, serving, untilDueMs } from "./fake-source.ts";

describe("told of a wake-up or another network", () => {
  test("what became due meanwhile is fetched at once", async () => {
    const it = await serving(60);
    it.clock.suspend(36 * MINUTE_MS);
    expect(it.calls.length).toBe(1);
    it.sessions.wake("changed");
    expect(it.calls.length).toBe(2);
  });

  test("what is fresh is left alone, and still fetched in time although its timer stood still", async () => {
    const it = await serving(60);
    it.clock.suspend(30 * MINUTE_MS);
    it.sessions.wake("changed");
    expect(it.calls.length).toBe(1);
    await it.clock.advance(5 * MINUTE_MS - LEAD_MS);
    expect(it.calls.length).toBe(2);
  });

  test("after a sleep what is older than five minutes is fetched at once, too; after another network it is not", async () => {
    const it = await serving(60);
    it.clock.suspend(5 * MINUTE_MS);
    it.sessions.wake("slept");
    expect(it.calls.length).toBe(1);
    it.clock.suspend(1);
    it.sessions.wake("changed");
    expect(it.calls.length).toBe(1);
    it.sessions.wake("slept");
    expect(it.calls.length).toBe(2);
  });

  test("what failed is tried again at once, whatever its backoff", async () => {
    const it = await serving(60);
    await it.clock.advance(35 * MINUTE_MS);
    for (let failures = 0; failures < 8; failures++) {
      await it.last().fail(new Error("no route"));
      if (failures < 7) await it.clock.advance(untilDueMs(it));
    }
    expect(untilDueMs(it)).toBeGreaterThanOrEqual(MINUTE_MS);
    const before = it.calls.length;
    it.sessions.wake("changed");
    await it.last().answer(it.session("second", 60));
    expect([it.calls.length, servedBy(it)]).toEqual([before + 1, "second"]);
  });

  test("a role that nobody wants is not fetched", async () => {
    const it = await serving(60);
    const ops = it.sessions.ensure(OPS);
    await it.last().answer(it.session("ops", 60));
    await ops;
    it.clock.suspend(36 * MINUTE_MS);
    it.sessions.wake("changed");
    expect(it.calls.slice(2).map(({ spec }) => spec.name)).toEqual(["dev"]);
    it.sessions.current(sessionKey(OPS));
    it.sessions.wake("changed");
    expect(it.calls.slice(3).map(({ spec }) => spec.name)).toEqual(["ops"]);
  });

  test("twice during a fetch: one fetch", async () => {
    const it = await serving(60);
    it.clock.suspend(36 * MINUTE_MS);
    it.sessions.wake("changed");
    it.sessions.wake("changed");
    expect(it.calls.length).toBe(2);
  });

  test("told of nothing, it looks at the clock every five minutes", async () => {
    const it = await serving(60);
    it.clock.suspend(50 * MINUTE_MS);
    await it.clock.advance(5 * MINUTE_MS);
    expect(it.calls.length).toBe(2);
  });
});

describe("a source that asks to be left alone", () => {
  const throttled = (afterMs: number) => new CliError("too many requests", { again: { afterMs } });

  test("is not asked before that, neither by the timer, nor after a wake-up, nor by who wants the role", async () => {
    const it = scene();
    it.sessions.pin(DEV);
    const asking = failureOf(() => it.sessions.ensure(DEV));
    await it.last().fail(throttled(30_000));
    await asking;
    it.sessions.wake("changed");
    expect((await failureOf(() => it.sessions.ensure(DEV))).message).toBe("too many requests");
    await it.clock.advance(29_999);
    expect(it.calls.length).toBe(1);
    await it.clock.advance(1);
    expect(it.calls.length).toBe(2);
  });

  test("for a quarter of an hour at most", async () => {
    const it = await serving(60);
    await it.clock.advance(35 * MINUTE_MS);
    await it.last().fail(throttled(24 * 60 * MINUTE_MS));
    expect(untilDueMs(it)).toBe(15 * MINUTE_MS);
  });
});

describe("a role that its source no longer has", () => {
  const gone = new CliError("no longer offered", { again: { gone: true } });

  test("is dropped at once, and asked for again every five minutes while it is the active one", async () => {
    const it = await serving(60);
    await it.clock.advance(35 * MINUTE_MS);
    await it.last().fail(gone);
    expect(servedBy(it)).toBeUndefined();
    expect(it.sessions.state(KEY)?.lastError?.message).toBe("no longer offered");
    await it.clock.advance(5 * MINUTE_MS - 1);
    expect(it.calls.length).toBe(2);
    await it.clock.advance(1);
    await it.last().answer(it.session("back", 60));
    expect(servedBy(it)).toBe("back");
  });

  test("is let go where nobody wants it", async () => {
    const it = await serving(60);
    it.sessions.pin(OPS);
    it.sessions.current(KEY);
    await it.clock.advance(35 * MINUTE_MS);
    await it.last().fail(gone);
    await it.clock.advance(5 * MINUTE_MS);
    expect(it.calls.length).toBe(2);
    expect(it.sessions.state(KEY)).toBeUndefined();
  });
});

test("a code that a person has to give is part of the state", async () => {
  const it = scene();
  const asking = failureOf(() => it.sessions.ensure(DEV));
  await it.last().fail(new CliError("a code is needed", { exit: 4, needs: { kind: "mfa", device: "D" } }));
  await asking;
  expect(it.sessions.state(KEY)?.lastError?.needs).toEqual({ kind: "mfa", device: "D" });
  expect(idOf(it.sessions.current(KEY))).toBeUndefined();
});
