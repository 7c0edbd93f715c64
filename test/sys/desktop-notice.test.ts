import { expect, test } from "bun:test";
import { noticeCommand } from "../../src/sys/desktop-notice.ts";

test("the platform's own program; the words are never part of a script", () => {
  const words = 'it is "over"; $(id)';
  expect(noticeCommand(words, "linux")).toEqual(["notify-send", "--app-name=metacred", "metacred", words]);
  expect(noticeCommand(words, "darwin")?.at(-1)).toBe(words);
  expect(noticeCommand(words, "darwin")?.[2]).not.toContain("over");
  expect(noticeCommand(words, "win32")).toBeUndefined();
});
