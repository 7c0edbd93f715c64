import { expect, test } from "bun:test";
import { rank } from "../../src/terminal/match.ts";

const NAMES = ["dev", "prod-admin", "prod-readonly", "sandbox/dev-admin", "billing"];
const entries = NAMES.map((name, index) => ({
  name,
  more: `account-${index} arn:aws:iam::00000000000${index}:role/R${index}`,
}));
const found = (query: string) => rank(entries, query).map((index) => NAMES[index] ?? "");

test.each([
  ["", NAMES],
  ["dev", ["dev", "sandbox/dev-admin"]],
  ["PROD", ["prod-admin", "prod-readonly"]],
  ["prod read", ["prod-readonly"]],
  ["admin prod", ["prod-admin"]],
  ["pro", ["prod-admin", "prod-readonly"]],
  ["bll", ["billing"]],
  ["account-4", ["billing"]],
  ["000000000001", ["prod-admin"]],
  ["xyz", []],
])("%j", (query, names) => {
  expect(found(query).slice(0, names.length || undefined)).toEqual(names);
});

test("7,000 names at each key take no time that a person notices", () => {
  const many = Array.from({ length: 7000 }, (_, index) => ({
    name: `team-${index}/Role${index % 90}`,
    more: `${index}`,
  }));
  const startedMs = performance.now();
  for (const query of ["t", "te", "tea", "team", "team-6", "team-69", "team-699", "team-6999"]) rank(many, query);
  expect((performance.now() - startedMs) / 8).toBeLessThan(100);
});
