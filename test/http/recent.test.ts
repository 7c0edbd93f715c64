import { expect, test } from "bun:test";
import { createRecent } from "../../src/http/recent.ts";

test("the last four are kept, one that is found again longer than what came with it", () => {
  const recent = createRecent<number>(4);
  const find = (number: number) => recent.find((one) => one === number);
  for (const number of [1, 2, 3, 4]) recent.keep(number);
  expect(find(1)).toBe(1);
  recent.keep(5);
  expect([1, 2, 3, 4, 5].map(find)).toEqual([1, undefined, 3, 4, 5]);
});
