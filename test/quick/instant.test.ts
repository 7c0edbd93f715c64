import { expect, test } from "bun:test";
import { isPast, seconds, timeLeft, timeUntil } from "../../src/quick/instant.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const inMs = (ms: number) => new Date(NOW.getTime() + ms).toISOString();

test.each([
  ["2026-01-01T00:00:00.123Z", "2026-01-01T00:00:00Z"],
  ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"],
])("%s without fractions", (iso, whole) => {
  expect(seconds(iso)).toBe(whole);
});

test.each([
  [-1, "expired"],
  [0, "expired"],
  [999, "expired"],
  [1000, "1s"],
  [59_999, "59s"],
  [60_000, "1m"],
  [3_599_999, "59m"],
  [3_600_000, "1h 0m"],
  [43_200_000 - 60_000, "11h 59m"],
])("%d ms left: %s", (ms, words) => {
  expect(timeLeft(inMs(ms), NOW)).toBe(words);
  expect(isPast(inMs(ms), NOW)).toBe(words === "expired");
});

test.each([
  [1000, "1s"],
  [59_499, "59s"],
  [59_500, "1m"],
  [89_499, "1m"],
  [1_799_900, "30m"],
  [1_771_000, "30m"],
  [1_769_000, "29m"],
  [3_599_900, "1h 0m"],
])("comes in %d ms: %s", (ms, words) => {
  expect(timeUntil(inMs(ms), NOW)).toBe(words);
});
