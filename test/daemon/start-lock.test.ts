import { describe, expect, test } from "bun:test";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { takeStartLock } from "../../src/daemon/start-lock.ts";
import { processIdentity } from "../../src/sys/process-identity.ts";
import { failureOf } from "../support/failure.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const OWN = processIdentity(process.pid) ?? "";

test("holds who took it, for nobody else to read, and leaves nothing behind", () => {
  using folder = scratchFolder();
  const file = join(folder.path, "serve.lock");
  const release = takeStartLock(file);
  expect(readFileSync(file, "utf8")).toBe(OWN);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder.path)).toEqual(["serve.lock"]);
  release();
  release();
  expect(readdirSync(folder.path)).toEqual([]);
});

test("one that is held is not taken twice, until it is released", async () => {
  using folder = scratchFolder();
  const file = join(folder.path, "serve.lock");
  const release = takeStartLock(file);
  expect(await failureOf(() => takeStartLock(file))).toEqual({
    message: `another metacred is starting (pid ${process.pid})`,
    hint: "metacred status",
    exit: 1,
  });
  expect(readdirSync(folder.path)).toEqual(["serve.lock"]);
  release();
  takeStartLock(file)();
});

describe("one whose holder is gone is taken over", () => {
  test.each<[string, string]>([
    ["a process that has ended", "4711 100"],
    ["its number, used again by another process", `${process.pid} 1`],
    ["nobody's words", "garbage"],
    ["nothing", ""],
  ])("%s", (_title, holder) => {
    using folder = scratchFolder();
    const file = folder.file("serve.lock", holder);
    const identity = (pid: number) => (pid === process.pid ? OWN : undefined);
    const release = takeStartLock(file, identity);
    expect(readFileSync(file, "utf8")).toBe(OWN);
    release();
  });
});

test("a folder that is not there is said", () => {
  const message = "/nowhere/serve.lock cannot be written: there is no such place";
  expect(() => takeStartLock("/nowhere/serve.lock")).toThrow(message);
});
