import { expect, test } from "bun:test";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { lastRole } from "../../src/daemon/last-role.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

test("a name comes back, from a file and a folder that only the owner reads", () => {
  using folder = scratchFolder();
  const state = join(folder.path, "state");
  const last = lastRole(state);
  expect(last.read()).toBeUndefined();
  last.write("dev");
  last.write("prod");
  expect(last.read()).toBe("prod");
  expect(readdirSync(state)).toEqual(["last-role"]);
  expect([statSync(state).mode & 0o777, statSync(join(state, "last-role")).mode & 0o777]).toEqual([0o700, 0o600]);
});

test("something that has the name of a draft is in nobody's way", () => {
  using folder = scratchFolder();
  mkdirSync(join(folder.path, "last-role.new"));
  const last = lastRole(folder.path);
  last.write("dev");
  expect(last.read()).toBe("dev");
});

test("what cannot be written is not remembered, and nobody fails over it", () => {
  using folder = scratchFolder();
  const last = lastRole(folder.file("a-file", ""));
  last.write("dev");
  expect(last.read()).toBeUndefined();
});
