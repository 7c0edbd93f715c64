import { expect, test } from "bun:test";
import { directory, findNode, leaf, type Moment, readNode } from "../../src/imds/tree.ts";
import { INSTANCE, VIEW } from "./world.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const MOMENT: Moment = { view: VIEW, credentials: undefined, instance: INSTANCE, now: NOW, startedAt: NOW };

const entries = {
  b: leaf(() => "B"),
  "a-1": leaf(() => ""),
  a: directory({ x: leaf(() => "X") }),
  gone: leaf(() => undefined),
  empty: directory({ y: directory({ z: leaf(() => undefined) }) }),
  hidden: leaf(() => "H", { isListed: () => false }),
};

test.each([
  ["sorted", "a/\na-1\nb"],
  ["root", "b\na-1\na"],
] as const)("a %s directory lists what is served", (style, listing) => {
  expect(readNode(directory(entries, style), MOMENT)).toBe(listing);
});

test.each([
  [["b"], "B"],
  [["a-1"], ""],
  [["a"], "x"],
  [["a", "x"], "X"],
  [["hidden"], "H"],
  [["gone"], undefined],
  [["empty"], undefined],
  [["empty", "y", "z"], undefined],
])("%j reads %j", (segments, body) => {
  const node = findNode(directory(entries), segments);
  expect(node && readNode(node, MOMENT)).toBe(body);
});

test.each([[["c"]], [["b", "c"]], [["a", "y"]], [["constructor"]], [["__proto__"]], [[""]]])(
  "%j is not there",
  (segments) => {
    expect(findNode(directory(entries), segments)).toBeUndefined();
  },
);
