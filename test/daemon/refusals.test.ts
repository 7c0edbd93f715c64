import { expect, test } from "bun:test";
import { createRefusals } from "../../src/daemon/refusals.ts";
import { manualClock } from "../support/manual-clock.ts";
import { keptLog } from "./fakes.ts";

test("every refusal counts by its reason; the log hears of the first, then once a minute how many", async () => {
  const clock = manualClock();
  const { log, lines } = keptLog();
  const refusals = createRefusals(clock, log);
  for (let time = 0; time < 100; time++) refusals.count("host", { uid: 1000 });
  refusals.count("uid", { uid: 1001 });
  expect(refusals.counts()).toEqual({ host: 100, uid: 1 });
  expect(refusals.last()).toEqual({ reason: "uid", uid: 1001, isContainer: false, at: clock.now() });
  expect(lines.splice(0)).toEqual([
    "warn refused a metadata request reason=host uid=1000 times=1",
    "warn refused a metadata request reason=uid uid=1001 times=1",
  ]);
  await clock.advance(59_999);
  refusals.count("host", { uid: 1000 });
  expect(lines).toEqual([]);
  await clock.advance(1);
  refusals.count("host", { uid: undefined });
  expect(lines).toEqual(["warn refused a metadata request reason=host times=101"]);
  expect(refusals.counts()).toEqual({ host: 102, uid: 1 });
});

test("a wall clock that is set back does not silence the log", async () => {
  const clock = manualClock();
  const { log, lines } = keptLog();
  const refusals = createRefusals(clock, log);
  refusals.count("host", { uid: 1 });
  clock.jump(-3_600_000);
  await clock.advance(60_000);
  refusals.count("host", { uid: 1 });
  expect(lines.length).toBe(2);
});
