import { expect, test } from "bun:test";
import { inspect } from "node:util";
import { credentials } from "../../src/aws/credentials.ts";

const KEYS = { accessKeyId: "ASIAABCDEFGHWXYZ", secretAccessKey: "the-secret", sessionToken: "the-token" };

test("are what they are given", () => {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials(KEYS);
  expect({ accessKeyId, secretAccessKey, sessionToken }).toEqual(KEYS);
});

test.each<[string, (value: unknown) => string]>([
  ["JSON", (value) => JSON.stringify(value)],
  ["JSON of what holds them", (value) => JSON.stringify({ list: [{ value }] })],
  ["text", (value) => String(value)],
  ["text of a list", (value) => [value].join()],
  ["util.inspect", (value) => inspect({ value }, { depth: 5, showHidden: true })],
  ["Bun.inspect", (value) => Bun.inspect({ value })],
  ["an error's message", (value) => new Error(String(value)).message],
])("%s shows the last four of the key id and no secret", (_title, show) => {
  const shown = show(credentials(KEYS));
  expect(shown).toContain("ASIA…WXYZ");
  expect(shown).not.toMatch(/the-secret|the-token|ABCDEFGH/);
});
