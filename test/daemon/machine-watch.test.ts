import { expect, test } from "bun:test";
import { watchMachine } from "../../src/daemon/machine-watch.ts";
import { createLog } from "../../src/output.ts";
import { manualClock } from "../support/manual-clock.ts";

const LOOK_MS = 3000;

function scene() {
  const clock = manualClock();
  const it = { clock, routes: "home", told: 0 };
  const log = createLog({ level: "error", format: "text", now: () => clock.now(), write() {} });
  const stop = watchMachine({ clock, log, routes: () => it.routes, onChange: () => void it.told++ });
  return Object.assign(it, { stop });
}

test("nothing changes, nothing is told", async () => {
  const it = scene();
  await it.clock.advance(100 * LOOK_MS);
  expect(it.told).toBe(0);
});

test.each<[string, number, number]>([
  ["an hour", 3_600_000, 1],
  ["eleven seconds", 11_000, 1],
  ["a correction of the clock", 9000, 0],
  ["the clock set back", -3_600_000, 0],
])("asleep: %s, told once, at the first look after it", async (_title, ms, told) => {
  const it = scene();
  await it.clock.advance(LOOK_MS);
  it.clock.jump(ms);
  await it.clock.advance(LOOK_MS);
  expect(it.told).toBe(told);
  await it.clock.advance(20 * LOOK_MS);
  expect(it.told).toBe(told);
});

test("two nights are two", async () => {
  const it = scene();
  for (let night = 1; night <= 2; night++) {
    it.clock.suspend(8 * 3_600_000);
    await it.clock.advance(LOOK_MS);
    expect(it.told).toBe(night);
  }
});

test("another network is told at the first look after it, and so is the way back", async () => {
  const it = scene();
  it.routes = "";
  await it.clock.advance(LOOK_MS);
  it.routes = "home";
  await it.clock.advance(LOOK_MS);
  expect(it.told).toBe(2);
});

test("stopped, it looks no more", async () => {
  const it = scene();
  it.stop();
  it.routes = "other";
  await it.clock.advance(10 * LOOK_MS);
  expect(it.told).toBe(0);
});
