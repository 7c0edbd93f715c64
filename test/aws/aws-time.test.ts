// AWS's time on a machine whose clock is wrong, is set, or sleeps.
import { describe, expect, test } from "bun:test";
import { createAwsTime } from "../../src/aws/aws-time.ts";
import { manualClock } from "../support/manual-clock.ts";

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const TRUE_START = Date.parse("2026-01-01T00:00:00Z");

/** A machine whose clock is so far ahead when it starts. */
function machine(aheadMs: number) {
  const clock = manualClock(new Date(TRUE_START + aheadMs).toISOString());
  const time = createAwsTime(clock);
  const measureAt = (ms: number) => {
    time.measure(new Date(TRUE_START + ms).toUTCString());
    // Looked at once before whatever happens next, as every request does.
    time.now();
  };
  return { clock, time, measureAt };
}
const sinceStart = (date: Date) => date.getTime() - TRUE_START;

test("before AWS has answered the machine's clock is all there is", () => {
  const { clock, time } = machine(HOUR_MS);
  expect([time.skewMs(), time.now()]).toEqual([undefined, clock.now()]);
});

test.each([0, 900, -900, 1400])("a difference of %d ms is none: the header has whole seconds", (ms) => {
  const { clock, time, measureAt } = machine(ms);
  measureAt(0);
  expect([time.skewMs(), time.now()]).toEqual([0, clock.now()]);
});

test.each([HOUR_MS, -HOUR_MS, 10 * SECOND_MS])(
  "%d ms ahead: measured, taken off, put on again for this machine",
  async (ms) => {
    const { clock, time, measureAt } = machine(ms);
    measureAt(0);
    await clock.advance(60_000);
    expect(Math.abs((time.skewMs() ?? 0) - ms)).toBeLessThanOrEqual(SECOND_MS);
    expect(Math.abs(sinceStart(time.now()) - 60_000)).toBeLessThanOrEqual(SECOND_MS);
    const expiry = new Date(TRUE_START + HOUR_MS);
    expect(Math.abs(time.toLocal(expiry).getTime() - (expiry.getTime() + ms))).toBeLessThanOrEqual(SECOND_MS);
  },
);

describe("after a measurement", () => {
  test("the wrong clock is set right: nothing jumps", async () => {
    const { clock, time, measureAt } = machine(HOUR_MS);
    measureAt(0);
    await clock.advance(60_000);
    clock.jump(-HOUR_MS);
    expect(Math.abs(sinceStart(time.now()) - 60_000)).toBeLessThanOrEqual(SECOND_MS);
    expect(time.skewMs()).toBe(0);
  });

  test("the right clock is set back: time does not go back", async () => {
    const { clock, time, measureAt } = machine(0);
    measureAt(0);
    await clock.advance(60_000);
    clock.jump(-HOUR_MS);
    expect(sinceStart(time.now())).toBe(60_000);
    expect(time.skewMs()).toBe(-HOUR_MS);
  });

  test("suspended: the time asleep has passed", () => {
    const { clock, time, measureAt } = machine(HOUR_MS);
    measureAt(0);
    clock.suspend(8 * HOUR_MS);
    expect(Math.abs(sinceStart(time.now()) - 8 * HOUR_MS)).toBeLessThanOrEqual(SECOND_MS);
  });

  // The uptime of a virtual machine that was stopped stands still, too; its clock is set when it goes on.
  test("the clock jumps ahead and nobody knows why: the later instant counts", () => {
    const { clock, time, measureAt } = machine(0);
    measureAt(0);
    clock.jump(HOUR_MS);
    expect(sinceStart(time.now())).toBe(HOUR_MS);
  });

  test("measured again, that was an error", () => {
    const { clock, time, measureAt } = machine(0);
    measureAt(0);
    clock.jump(HOUR_MS);
    measureAt(0);
    expect(Math.abs(sinceStart(time.now()))).toBeLessThanOrEqual(SECOND_MS);
  });
});

test("a header that is no date changes nothing", () => {
  const { clock, time } = machine(0);
  time.measure("yesterday");
  expect([time.skewMs(), time.now()]).toEqual([undefined, clock.now()]);
});
