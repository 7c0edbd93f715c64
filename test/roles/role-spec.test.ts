import { describe, expect, test } from "bun:test";
import { type RoleSpec, canonicalJson, describeBase, sessionKey } from "../../src/roles/role-spec.ts";

const STEP = { roleArn: "arn:aws:iam::111122223333:role/Dev", sessionName: "ann-desk", durationSeconds: 3600 };
const FULL = {
  ...STEP,
  externalId: "one",
  policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
  tags: { team: "payments", cost: "1" },
  transitiveTagKeys: ["team"],
  sourceIdentity: "ann",
};
const spec = (change: Partial<RoleSpec> = {}): RoleSpec => ({
  name: "dev",
  base: { kind: "profile", profile: "corp", identity: "a" },
  steps: [FULL],
  region: "eu-central-1",
  ...change,
});

describe("two sessions that differ in one thing have two keys", () => {
  const changes: [string, Partial<RoleSpec>][] = [
    ["base profile", { base: { kind: "profile", profile: "other", identity: "a" } }],
    ["text of the base profile", { base: { kind: "profile", profile: "corp", identity: "b" } }],
    ["kind of base", { base: { kind: "environment" } }],
    ["container base", { base: { kind: "container", profile: "corp" } }],
    ["role", { steps: [{ ...FULL, roleArn: "arn:aws:iam::111122223333:role/Ops" }] }],
    ["session name", { steps: [{ ...FULL, sessionName: "bob-desk" }] }],
    ["duration", { steps: [{ ...FULL, durationSeconds: 900 }] }],
    ["external id", { steps: [{ ...FULL, externalId: "two" }] }],
    ["policy", { steps: [{ ...FULL, policyArns: [] }] }],
    ["value of a tag", { steps: [{ ...FULL, tags: { team: "payments", cost: "2" } }] }],
    ["transitive tags", { steps: [{ ...FULL, transitiveTagKeys: [] }] }],
    ["source identity", { steps: [{ ...FULL, sourceIdentity: "bob" }] }],
    ["less parameters", { steps: [STEP] }],
    ["one more link", { steps: [FULL, STEP] }],
    ["order of links", { steps: [STEP, FULL] }],
    ["no role", { steps: [] }],
  ];
  test.each(changes)("%s", (_title, change) => {
    expect(sessionKey(spec(change))).not.toBe(sessionKey(spec()));
  });

  test("no two of them share one", () => {
    const keys = changes.map(([, change]) => sessionKey(spec(change)));
    expect(new Set(keys).size).toBe(changes.length);
  });
});

test("two names of one role share its session", () => {
  expect(sessionKey(spec({ name: "developer" }))).toBe(sessionKey(spec()));
});

test("the order in which parameters and tags were written does not count", () => {
  const turned = Object.fromEntries(Object.entries(FULL).toReversed());
  const other = spec({ steps: [{ ...FULL, ...turned, tags: { cost: "1", team: "payments" } }] });
  expect(sessionKey(other)).toBe(sessionKey(spec()));
});

test.each([
  [{ b: 1, a: { d: 1, c: [2, 1] } }, '{"a":{"c":[2,1],"d":1},"b":1}'],
  [{ a: undefined, b: null }, '{"b":null}'],
  ["text", '"text"'],
])("canonical JSON of %j", (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test.each<[RoleSpec["base"], string]>([
  [{ kind: "profile", profile: "corp", identity: "a" }, "profile corp"],
  [{ kind: "environment" }, "environment"],
  [{ kind: "container", profile: "box" }, "container credentials of profile box"],
])("%j in words", (base, words) => {
  expect(describeBase(base)).toBe(words);
});
