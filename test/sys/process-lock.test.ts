import { expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/sys/clock.ts";
import { tryLock, waitForLock } from "../../src/sys/process-lock.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

test("one holder at a time; a release lets the next one in; nothing is left", async () => {
  using folder = scratchFolder();
  const file = join(folder.path, "lock");
  const release = tryLock(file);
  expect(release).toBeDefined();
  expect(tryLock(file)).toBeUndefined();
  const next = waitForLock(file, systemClock, AbortSignal.timeout(5000));
  release?.();
  (await next)();
  expect(readdirSync(folder.path)).toEqual([]);
});

test.each<[string, string]>([
  ["whose process has ended", "4194305 1"],
  ["whose process id belongs to another process by now", `${process.pid} 0`],
  ["that is empty", ""],
])("a lock %s is taken over", (_title, holder) => {
  using folder = scratchFolder();
  const file = join(folder.path, "lock");
  writeFileSync(file, holder);
  expect(tryLock(file)).toBeDefined();
  expect(readdirSync(folder.path)).toEqual(["lock"]);
});

test("a wait ends with its signal", async () => {
  using folder = scratchFolder();
  const file = join(folder.path, "lock");
  tryLock(file);
  const reason = new Error("enough");
  const abort = new AbortController();
  const waiting = waitForLock(file, systemClock, abort.signal);
  abort.abort(reason);
  expect(await waiting.catch((error: unknown) => error)).toBe(reason);
});
