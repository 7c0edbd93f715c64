import { expect, test } from "bun:test";
import { createTokens } from "../../src/imds/token.ts";

function tokensAt(startMs = 0, seed = 1) {
  const time = { ms: startMs };
  return { time, ...createTokens({ key: new Uint8Array(32).fill(seed), monotonicMs: () => time.ms }) };
}

test("a token counts down whole seconds and ends when its time is up", () => {
  const { time, issue, remainingSeconds } = tokensAt(1_000_000.75);
  const token = issue(10);
  const seen = [0, 1, 8999, 999, 0.25, 0.1].map((stepMs) => {
    time.ms += stepMs;
    return remainingSeconds(token);
  });
  expect(seen).toEqual([9, 9, 1, 1, undefined, undefined]);
});

test("no character of a token may differ", () => {
  const { issue, remainingSeconds } = tokensAt();
  const token = issue(60);
  for (let at = 0; at < token.length; at++) {
    for (const other of ["A", "B", "/", "=", " "]) {
      if (token[at] === other) continue;
      expect(remainingSeconds(token.slice(0, at) + other + token.slice(at + 1))).toBeUndefined();
    }
  }
  expect(remainingSeconds(token)).toBe(60);
});

test.each(["", "x", "é".repeat(56), "=".repeat(56), "A".repeat(56), "\0".repeat(56)])("%j is no token", (token) => {
  expect(tokensAt().remainingSeconds(token)).toBeUndefined();
});

test("thousands of tokens stay valid, although only some are remembered", () => {
  const { issue, remainingSeconds } = tokensAt();
  const tokens = Array.from({ length: 3000 }, () => issue(60));
  for (const token of [...tokens, ...tokens]) expect(remainingSeconds(token)).toBe(60);
});

test("another key, another token; the same key knows it after a restart", () => {
  const token = tokensAt().issue(60);
  expect([tokensAt(0, 2).remainingSeconds(token), tokensAt().remainingSeconds(token)]).toEqual([undefined, 60]);
});
