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

test("processes that write at once lose nothing", async () => {
  using folder = scratchFolder();
  const file = join(folder.path, "secrets.json");
  const script = `
    import { fileStore } from "${join(import.meta.dir, "../../src/secrets/file-store.ts")}";
    import { systemClock } from "${join(import.meta.dir, "../../src/sys/clock.ts")}";
    const store = fileStore("${file}", systemClock);
    for (let index = 0; index < 25; index++) await store.set(process.pid + " " + index, "x".repeat(2000));`;
  const writers = Array.from({ length: 4 }, () => Bun.spawn([process.execPath, "-e", script]));
  expect(await Promise.all(writers.map(({ exited }) => exited))).toEqual([0, 0, 0, 0]);
  expect(Object.keys(JSON.parse(readFileSync(file, "utf8"))).length).toBe(100);
});

test("a damaged file is said, without what is in it, and is not overwritten", async () => {
  using folder = scratchFolder();
  const file = folder.file("secrets.json", '{"a": "s3cret');
  const failure = await failureOf(() => fileStore(file, systemClock).set("b", "2"));
  expect(failure).toMatchObject({ message: `${file} is damaged` });
  expect(readFileSync(file, "utf8")).toBe('{"a": "s3cret');
});
