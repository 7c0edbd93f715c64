import { expect, test } from "bun:test";
import { lineOfKey } from "../../src/config/locate.ts";

const TEXT = `base = "corp"
imds.port = 1
[accounts]
prod = "222233334444"

[roles.dev] # key = "in a comment"
role_arn = "x"
[ roles . "a.b" ]
  'duration'='1h'
tags = { team = "payments" }
[[rules]]
role = "dev"
`;

test.each<[string, string[], number | undefined]>([
  ["a key of the root", ["base"], 1],
  ["a dotted key", ["imds", "port"], 2],
  ["a key of a table", ["accounts", "prod"], 4],
  ["a table behind whose heading stands a comment", ["roles", "dev"], 6],
  ["a key of that table", ["roles", "dev", "role_arn"], 7],
  ["a key that is missing: its table", ["roles", "dev", "via"], 6],
  ["a quoted key of a quoted table", ["roles", "a.b", "duration"], 9],
  ["inside an inline table: the line of it", ["roles", "a.b", "tags", "team"], 10],
  ["a table of a list", ["rules", "role"], 12],
  ["the same key elsewhere", ["accounts", "role"], 3],
  ["a table that only begins by one within it", ["roles"], 6],
  ["nothing of it", ["log", "level"], undefined],
])("%s", (_title, path, line) => {
  expect(lineOfKey(TEXT, path)).toBe(line);
});
