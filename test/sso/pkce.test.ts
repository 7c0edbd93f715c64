import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { type Callback, createPkce, readCallback } from "../../src/sso/pkce.ts";

test("the challenge is the verifier's SHA-256 (RFC 7636, appendix B)", () => {
  const { verifier, challenge, state } = createPkce();
  expect(challenge).toBe(createHash("sha256").update(verifier).digest("base64url"));
  // Section 4.1: 43 to 128 of the unreserved characters.
  expect(verifier).toMatch(/^[\w-]{43,128}$/);
  expect(createPkce().state).not.toBe(state);
});

test.each<[string, Callback]>([
  ["/oauth/callback?code=c&state=s", { code: "c" }],
  ["/oauth/callback?code=c&state=other", { problem: "mismatch", detail: "state" }],
  ["/oauth/callback?code=c", { problem: "mismatch", detail: "state" }],
  ["/oauth/callback?error=access_denied&state=other", { problem: "mismatch", detail: "state" }],
  ["/oauth/callback?error=access_denied&state=s", { problem: "denied", detail: "access_denied" }],
  ["/oauth/callback?error=server_error&error_description=a%0Ab&state=s", { problem: "failed", detail: "a b" }],
  ["/oauth/callback?code=&state=s", { problem: "failed", detail: "no code" }],
  ["/oauth/callback?state=s", { problem: "failed", detail: "no code" }],
  ["/favicon.ico", undefined],
  ["//[", undefined],
  ["/oauth/callback/../x?code=c&state=s", undefined],
])("%s", (target, callback) => {
  expect(readCallback(target, "s")).toEqual(callback);
});
