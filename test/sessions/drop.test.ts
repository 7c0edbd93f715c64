// Sessions that came from an ended sign-in are forgotten at once.
import { expect, test } from "bun:test";
import { DEV, KEY, OPS, scene, servedBy, serving } from "./fake-source.ts";

test("the pinned one is served no more, and fetched anew", async () => {
  const it = await serving(60);
  it.sessions.drop(() => true);
  expect(servedBy(it)).toBeUndefined();
  expect(it.calls).toHaveLength(2);
  await it.last().fail(new Error("nobody has signed in"));
  expect(it.sessions.state(KEY)?.lastError?.message).toBe("nobody has signed in");
});

test("others stay", async () => {
  const it = await serving(60);
  it.sessions.drop((spec) => spec.name === OPS.name);
  expect(servedBy(it)).toBe("first");
  expect(it.calls).toHaveLength(1);
});

test("one that nobody uses is not fetched", async () => {
  const it = scene();
  const asked = it.sessions.ensure(DEV);
  await it.last().answer(it.session("first", 60));
  await asked;
  it.sessions.drop(() => true);
  expect([servedBy(it), it.calls.length]).toEqual([undefined, 1]);
});

test("what was on its way when it was dropped is not kept", async () => {
  const it = scene();
  const asked = it.sessions.ensure(DEV);
  const late = it.last();
  it.sessions.drop(() => true);
  await late.answer(it.session("late", 60));
  await asked;
  expect(servedBy(it)).toBeUndefined();
  await it.clock.advance(120 * 60_000);
  expect(it.calls).toHaveLength(1);
});
