import { expect, test } from "bun:test";
import { heededSignals } from "../../src/sys/heeded-signals.ts";

const ALL = ["SIGHUP", "SIGINT", "SIGTERM"] as const;
const status = (mask: string) => `SigBlk:\t0000000000004003\nSigIgn:\t${mask}\nSigCgt:\t0000000000004003\n`;

test.each<[string, readonly NodeJS.Signals[]]>([
  ["0000000000000000", ALL],
  ["0000000000001000", ALL],
  ["0000000000000001", ["SIGINT", "SIGTERM"]],
  ["0000000000000002", ["SIGHUP", "SIGTERM"]],
  ["0000000000004003", []],
  ["ffffffffffffffff", []],
])("%s", (mask, heeded) => {
  expect(heededSignals(ALL, status(mask))).toEqual([...heeded]);
});

test("without /proc all are", () => {
  expect(heededSignals(ALL, "")).toEqual([...ALL]);
});
