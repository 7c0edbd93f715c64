import { expect, test } from "bun:test";
import { fillTemplate, sanitiseSessionName } from "../../src/roles/session-name.ts";

test.each([
  ["{user}-{host}", "ann-desk"],
  ["{user}/{user}", "ann/ann"],
  ["fixed", "fixed"],
  ["{other}", "{other}"],
])("template %s", (template, filled) => {
  expect(fillTemplate(template, { user: "ann", host: "desk" })).toBe(filled);
});

// A user name with `$&` must not be taken for a replacement pattern.
test("a name with a replacement pattern stays as it is", () => {
  expect(fillTemplate("{user}", { user: "a$$b", host: "desk" })).toBe("a$$b");
});

test.each([
  ["ann-desk.local", "ann-desk.local"],
  ["DOMAIN\\ann", "DOMAIN-ann"],
  ["änn", "-nn"],
  ["a+=,.@-_b", "a+=,.@-_b"],
  ["x".repeat(70), "x".repeat(64)],
  ["x", "x-"],
  ["", "--"],
])("%j", (name, clean) => {
  expect(sanitiseSessionName(name)).toBe(clean);
});
