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

test.each(["a$$b", "$&", "{host}"])("a user called %s stays as he is", (user) => {
  expect(fillTemplate("{user}", { user, host: "desk" })).toBe(user);
});

test.each([
  ["ann-desk.local", "ann-desk.local"],
  ["DOMAIN\\ann", "DOMAIN-ann"],
  ["änn", "-nn"],
  ["a+=,.@-_b", "a+=,.@-_b"],
  ["x".repeat(70), "x".repeat(64)],
  ["xy", "xy"],
  ["x", "x-"],
  ["", "--"],
])("%j", (name, clean) => {
  expect(sanitiseSessionName(name)).toBe(clean);
});
