import { describe, expect, test } from "bun:test";
import { CliError } from "../../src/errors.ts";
import { failureOf } from "../support/failure.ts";
import { DEV, FETCH_LIMIT_MS, KEY, LEAD_MS, MINUTE_MS, OPS, idOf, scene, servedBy, serving } from "./fake-source.ts";

describe("single flight", () => {
  test("50 who ask at once: one fetch, one session", async () => {
    const { sessions, calls, last, session } = scene();
    const asking = Array.from({ length: 50 }, () => sessions.ensure(DEV));
    await last().answer(session("one", 60));
    const got = await Promise.all(asking);
    expect(calls.length).toBe(1);
    expect(new Set(got).size).toBe(1);
    expect(idOf(got[0])).toBe("one");
  });

  test("50 who ask a failing source: one fetch, everybody hears why", async () => {
    const { sessions, calls, last } = scene();
    const asking = Array.from({ length: 50 }, () => failureOf(() => sessions.ensure(DEV)));
    await last().fail(new CliError("no", { hint: "do", exit: 4 }));
    expect(new Set((await Promise.all(asking)).map((failure) => JSON.stringify(failure)))).toEqual(
      new Set([JSON.stringify({ message: "no", hint: "do", exit: 4 })]),
    );
    expect(calls.length).toBe(1);
  });

  test("from memory while it lives", async () => {
    const it = await serving(60);
    expect(idOf(await it.sessions.ensure(DEV))).toBe("first");
    expect(it.calls.length).toBe(1);
  });

  test("different roles, different fetches", async () => {
    const { sessions, calls } = scene();
    void sessions.ensure(DEV);
    void sessions.ensure(OPS);
    expect(calls.map(({ spec }) => spec.name)).toEqual(["dev", "ops"]);
  });

  test("after a failure the next who asks starts a new fetch", async () => {
    const { sessions, calls, last, session } = scene();
    const failed = failureOf(() => sessions.ensure(DEV));
    await last().fail(new Error("down"));
    expect((await failed).message).toBe("down");
    const asking = sessions.ensure(DEV);
    await last().answer(session("second", 60));
    expect(idOf(await asking)).toBe("second");
    expect(calls.length).toBe(2);
  });
});

describe("refresh ahead of time", () => {
  test("an hour's session is fetched anew 25 minutes before its end, and swapped", async () => {
    const it = await serving(60);
    await it.clock.advance(35 * MINUTE_MS - LEAD_MS - 1);
    expect(it.calls.length).toBe(1);
    await it.clock.advance(1);
    expect(it.calls.length).toBe(2);
    expect(servedBy(it)).toBe("first");
    await it.last().answer(it.session("second", 60));
    expect(servedBy(it)).toBe("second");
    expect(it.sessions.state(KEY)?.nextRefreshAt).toEqual(new Date("2026-01-01T01:09:40Z"));
  });

  test("sessions of half a second: a second between two fetches all the same", async () => {
    const it = await serving(1 / 120);
    await it.clock.advance(999);
    expect(it.calls.length).toBe(1);
    await it.clock.advance(1);
    expect(it.calls.length).toBe(2);
  });

  test("jitter makes it earlier", async () => {
    const it = await serving(60, () => 0.999999);
    await it.clock.advance(32 * MINUTE_MS);
    expect(it.calls.length).toBe(2);
  });

  test("unknown expiry: after a quarter of an hour, and it is served meanwhile and after a failure", async () => {
    const it = await serving(undefined);
    await it.clock.advance(15 * MINUTE_MS);
    expect(it.calls.length).toBe(2);
    await it.last().fail(new Error("down"));
    await it.clock.advance(60 * MINUTE_MS);
    expect(servedBy(it)).toBe("first");
  });

  test("stop: nothing is fetched any more", async () => {
    const it = await serving(60);
    it.sessions.stop();
    await it.clock.advance(120 * MINUTE_MS);
    expect(it.calls.length).toBe(1);
  });

  test("stop during a fetch: its end plans nothing", async () => {
    const it = await serving(60);
    await it.clock.advance(35 * MINUTE_MS);
    it.sessions.stop();
    await it.last().fail(new Error("down"));
    await it.clock.advance(120 * MINUTE_MS);
    expect(it.calls.length).toBe(2);
  });
});

describe("a hung fetch", () => {
  test("ends at the limit, in words, and its work is aborted", async () => {
    const { sessions, clock, last } = scene();
    const asking = failureOf(() => sessions.ensure(DEV));
    await clock.advance(FETCH_LIMIT_MS - 1);
    expect(last().signal.aborted).toBe(false);
    await clock.advance(1);
    expect(await asking).toEqual({ message: 'no credentials for "dev" within 60 s', hint: "metacred status", exit: 1 });
    expect(last().signal.aborted).toBe(true);
  });

  test("delays no other role", async () => {
    const { sessions, last, session } = scene();
    void sessions.ensure(DEV).catch(() => undefined);
    const ops = sessions.ensure(OPS);
    await last().answer(session("ops", 60));
    expect(idOf(await ops)).toBe("ops");
  });

  test("what it still brings after its limit is not served over a newer session", async () => {
    const it = scene();
    const asking = failureOf(() => it.sessions.ensure(DEV));
    const late = it.last();
    await it.clock.advance(FETCH_LIMIT_MS);
    await asking;
    const again = it.sessions.ensure(DEV);
    await it.last().answer(it.session("newer", 60));
    await again;
    await late.answer(it.session("late", 60));
    expect(servedBy(it)).toBe("newer");
  });
});

test("of an unknown key nothing is known", () => {
  const { sessions } = scene();
  expect(sessions.current("?")).toBeUndefined();
  expect(sessions.state("?")).toBeUndefined();
});
