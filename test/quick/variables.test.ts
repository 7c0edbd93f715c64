// How a program is told where its credentials are: one form at a time, and no rival of it.
import { expect, test } from "bun:test";
import { renderEnv } from "../../src/quick/env.ts";
import { endpointVariables, withVariables } from "../../src/quick/variables.ts";

const REGION = { AWS_REGION: "eu-central-1", AWS_DEFAULT_REGION: "eu-central-1" };
const answer = { url: "http://127.0.0.1:1/v1/path", token: "secret", region: "eu-central-1" };

test.each([
  ["an older daemon", {}, { FULL_URI: answer.url, TOKEN: "secret" }],
  ["loopback", { endpoint: "loopback", token_file: null }, { FULL_URI: answer.url, TOKEN: "secret" }],
  ["ecs", { endpoint: "ecs", url: "http://169.254.170.2/v1/path", token: null }, { RELATIVE_URI: "/v1/path" }],
  [
    "eks",
    { endpoint: "eks", url: "http://169.254.170.23/v1/path", token_file: "/run/token" },
    { FULL_URI: "http://169.254.170.23/v1/path", TOKEN_FILE: "/run/token" },
  ],
] as const)("%s", (_, change, told) => {
  const names = Object.entries(told).map(([name, value]) => [
    `AWS_CONTAINER_${name.endsWith("URI") ? "CREDENTIALS" : "AUTHORIZATION"}_${name}`,
    value,
  ]);
  const expected = { ...Object.fromEntries(names), ...REGION };
  const variables = endpointVariables({ ...answer, ...change });
  expect(variables).toEqual(expected);
  // Those of an `exec` around this one are not handed on.
  const before = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/old", AWS_CONTAINER_AUTHORIZATION_TOKEN: "old" };
  expect(withVariables(before, variables)).toEqual(expected);
});

test("PowerShell takes typographic quotes for quotes", () => {
  const lines = renderEnv({ AWS_REGION: "a\u2019; id; \u2018'" }, "powershell").split("\n");
  expect(lines.at(-2)).toBe("$Env:AWS_REGION = 'a\u2019\u2019; id; \u2018\u2018'''");
});
