import { expect, test } from "bun:test";
import { inheritedDescriptors, variablesAsGiven, wordsAsGiven } from "../../src/sys/execve.ts";

const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const shown = (all: readonly Uint8Array[]) => all.map((bytes) => Buffer.from(bytes).toString("latin1"));

test("words are the last that the kernel keeps, to the byte", () => {
  const kept = latin1("metacred\0exec\0--\0cat\0caf\xE9\0\0\xEF\xBB\xBFx\0");
  expect(shown(wordsAsGiven(["cat", "caf\uFFFD", "", "\uFEFFx"], kept))).toEqual([
    "cat",
    "caf\xE9",
    "",
    "\xEF\xBB\xBFx",
  ]);
});

test("a word that means another thing, or is not kept, is written anew", () => {
  expect(shown(wordsAsGiven(["/bin/sh", "./f", "\uFFFD"], latin1("--\0./f\0\xE9\0")))).toEqual([
    "/bin/sh",
    "./f",
    "\xE9",
  ]);
  expect(shown(wordsAsGiven(["ls", "é"], latin1("")))).toEqual(["ls", "\xC3\xA9"]);
  expect(wordsAsGiven([], latin1("ls\0"))).toEqual([]);
});

test("variables: those that have changed and new ones are ours", () => {
  const env = { LATIN: "\uFFFD", CHANGED: "new", EMPTY: "", NEW: "1" };
  const kept = latin1("LATIN=\xE9\0CHANGED=\xE9\0GONE=1\0EMPTY=\0no-variable\0");
  expect(shown(variablesAsGiven(env, kept))).toEqual(["LATIN=\xE9", "CHANGED=new", "EMPTY=", "NEW=1"]);
});

test("none are known where there is no /proc", () => {
  expect(inheritedDescriptors("darwin")).toEqual([]);
});
