import { expect, test } from "bun:test";
import { parseTarget } from "../../src/imds/path.ts";

const path = (segments: string[], endsInSlash = false) => ({ segments, endsInSlash });

test.each([
  ["/", path([], true)],
  ["//", path([], true)],
  ["/a/b", path(["a", "b"])],
  ["//a///b//", path(["a", "b"], true)],
  ["/a?b/", path(["a"])],
  ["/a/?b", path(["a"], true)],
  ["/?", path([], true)],
  ["/a#b", path(["a#b"])],
  ["/./a/.", path(["a"], true)],
  ["/a/..", path([], true)],
  ["/../../a/../b", path(["b"])],
  ["/a/..b/...", path(["a", "..b", "..."])],
  ["/a%3Ab", path(["a:b"])],
  ["/a%20b", path(["a b"])],
  ["/%C3%A9", path(["é"])],
  ["/%252e", path(["%2e"])],
  ["/%2e", undefined],
  ["/a%2E%2Eb", undefined],
  ["/a%2fb", undefined],
  ["/a%2Fb", undefined],
  ["/a%00", undefined],
  ["/a%", undefined],
  ["/a%zz", undefined],
  ["/%ff", undefined],
])("%s", (target, expected) => {
  expect(parseTarget(target)).toEqual({ authority: undefined, path: expected });
});

test.each([
  ["http://h/a", "h", ["a"]],
  ["HTTP://H:80//a", "H:80", ["a"]],
  ["http://h", "h", []],
  ["http://h?a", "h", []],
  ["http://u:p@h/a", "u:p@h", ["a"]],
  ["http:///a", "", ["a"]],
])("%s is of %s", (target, authority, segments) => {
  expect(parseTarget(target)).toMatchObject({ authority, path: { segments } });
});

test.each(["*", "a/b", "", "https://h/", "h:80", "ftp://h/"])("%j names nothing", (target) => {
  expect(parseTarget(target)).toBeUndefined();
});
