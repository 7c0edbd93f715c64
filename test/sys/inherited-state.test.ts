import { expect, test } from "bun:test";
import { openFilesIn } from "../../src/sys/inherited-state.ts";

const text = (soft: string, hard: string) => `Limit                     Soft Limit           Hard Limit           Units
Max processes             96365                96365                processes
Max open files            ${soft.padEnd(21)}${hard.padEnd(21)}files
`;

test.each([
  [text("256", "20000"), [256n, 20_000n]],
  [text("1024", "unlimited"), [1024n, 0xffff_ffff_ffff_ffffn]],
])("open files", (limits, expected) => {
  expect([...(openFilesIn(limits) ?? [])]).toEqual(expected);
});

test("a text without them", () => {
  expect(openFilesIn("")).toBeUndefined();
});
