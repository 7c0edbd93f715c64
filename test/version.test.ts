import { expect, test } from "bun:test";
import { VERSION, compareVersions } from "../src/version.ts";

test.each<[string, string, number]>([
  ["1.0.0", "1.0.0", 0],
  ["0.9.0", "0.10.0", -1],
  ["1.0.0", "0.99.99", 1],
  ["1.2.3", "1.2.4", -1],
  ["2.0.0", "10.0.0", -1],
  ["1.0.0-rc1", "1.0.0", -1],
  ["1.0.0", "1.0.0-rc1", 1],
  ["1.0.0-rc1", "1.0.0-rc2", -1],
  ["1.0.1-rc1", "1.0.0", 1],
  ["0.0.0-dev", "0.0.0-dev", 0],
])("%s against %s", (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});

test("from source there is no version", () => {
  expect(VERSION).toBe("0.0.0-dev");
});
