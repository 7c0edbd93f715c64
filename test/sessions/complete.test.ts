import { expect, test } from "bun:test";
import { credentials } from "../../src/aws/credentials.ts";
import { complete } from "../../src/sessions/complete.ts";

const NOW = new Date("2026-01-01T00:00:00Z");
const session = (sessionToken: string) => ({
  credentials: credentials({ accessKeyId: "ASIA0000000000000000", secretAccessKey: "a/b+c=", sessionToken }),
  obtainedAt: NOW,
  expiration: undefined,
  arn: undefined,
  accountId: undefined,
});

test.each([["IQoJb3JpZ2luX2VjE+/=="], ["eyJhbGciOi.JIUz_I1-NiJ9"]])("a token of AWS's: %j", (token) => {
  expect(complete(session(token), NOW).credentials.sessionToken).toBe(token);
});

test.each([
  ["another line", "token\nLD_PRELOAD=/tmp/evil.so"],
  ["a quote", "token'; id; '"],
  ["a typographic quote, which PowerShell takes for one", "token\u2019; id; \u2018"],
  ["a terminal's command", "token\u001B]0;title\u0007"],
  ["a second command", "token;id"],
])("no token of AWS's: %s", (_, token) => {
  expect(() => complete(session(token), NOW)).toThrow("with characters that no key has");
});
