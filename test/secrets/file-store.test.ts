import { expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileStore } from "../../src/secrets/file-store.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { failureOf } from "../support/failure.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

test("only the owner reads it, and its making is said once", async () => {
  using folder = scratchFolder();
  const file = join(folder.path, "state", "secrets.json");
  let said = 0;
  const store = fileStore(file, systemClock, () => void said++);
  await store.set("a", "1");
  await store.set("b", "2");
  expect([await store.get("a"), await store.get("b"), await store.get("c")]).toEqual(["1", "2", undefined]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder.path, "state")).mode & 0o777).toBe(0o700);
  expect(said).toBe(1);
  await store.delete("a");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ b: "2" });
});

test("20 writers at once lose nothing", async () => {
  using folder = scratchFolder();
  const file = join(folder.path, "secrets.json");
  const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
  await Promise.all(names.map((name) => fileStore(file, systemClock).set(name, name)));
  expect(Object.keys(JSON.parse(readFileSync(file, "utf8"))).length).toBe(20);
});

test("a damaged file is said, without what is in it, and is not overwritten", async () => {
  using folder = scratchFolder();
  const file = folder.file("secrets.json", '{"a": "s3cret');
  const failure = await failureOf(() => fileStore(file, systemClock).set("b", "2"));
  expect(failure).toMatchObject({ message: `${file} is damaged` });
  expect(readFileSync(file, "utf8")).toBe('{"a": "s3cret');
});
