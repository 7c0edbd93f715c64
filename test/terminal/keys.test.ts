import { expect, test } from "bun:test";
import { readKeys } from "../../src/terminal/keys.ts";

const kinds = (text: string) => readKeys(text).keys.map((key) => (key.kind === "text" ? key.text : key.kind));

test.each([
  ["abc", ["a", "b", "c"]],
  ["é日👍", ["é", "日", "👍"]],
  ["\u001B[A\u001B[B\u001BOA\u001BOB", ["up", "down", "up", "down"]],
  ["\u001B[5~\u001B[6~\u001B[H\u001B[4~", ["page-up", "page-down", "first", "last"]],
  ["\r", ["choose"]],
  ["\u0003", ["cancel"]],
  ["\u007F\u0017\u0015", ["erase", "erase-word", "erase-all"]],
  ["a\u001B[1;5Cb", ["a", "b"]],
  ["\u0001\u0000", []],
  ["\u001Bx", ["cancel", "x"]],
])("%j", (text, keys) => {
  expect(kinds(text)).toEqual(keys);
});

test.each(["\u001B", "\u001B[", "\u001B[1;", "\u001BO"])("%j may be the beginning of a key", (text) => {
  expect(readKeys(`a${text}`)).toEqual({ keys: [{ kind: "text", text: "a" }], rest: text });
});
