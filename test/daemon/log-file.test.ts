import { expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { openLogFile } from "../../src/daemon/log-file.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const modeOf = (path: string) => statSync(path).mode & 0o777;

test("lines are appended, folder and file for the owner alone", () => {
  using folder = scratchFolder();
  const file = join(folder.path, "state/metacred/metacred.log");
  const write = openLogFile(file);
  write("one");
  write("twö");
  openLogFile(file)("three");
  expect(readFileSync(file, "utf8")).toBe("one\ntwö\nthree\n");
  expect([modeOf(file), modeOf(join(folder.path, "state/metacred"))]).toEqual([0o600, 0o700]);
});

test("a file that others could read is closed", () => {
  using folder = scratchFolder();
  const file = folder.file("metacred.log", "old\n");
  chmodSync(file, 0o644);
  openLogFile(file);
  expect(modeOf(file)).toBe(0o600);
});

test("rotates before it would grow past its size, and keeps three old ones", () => {
  using folder = scratchFolder();
  const file = join(folder.path, "metacred.log");
  const write = openLogFile(file, 20);
  for (let line = 1; line <= 12; line++) write(`line ${String(line).padStart(3, "0")}`);
  const contents = Object.fromEntries(
    readdirSync(folder.path).map((name) => [name, readFileSync(join(folder.path, name), "utf8")]),
  );
  expect(contents).toEqual({
    "metacred.log": "line 011\nline 012\n",
    "metacred.log.1": "line 009\nline 010\n",
    "metacred.log.2": "line 007\nline 008\n",
    "metacred.log.3": "line 005\nline 006\n",
  });
});

test("what was there before counts", () => {
  using folder = scratchFolder();
  const file = folder.file("metacred.log", "0123456789\n");
  openLogFile(file, 20)("0123456789");
  expect(readFileSync(`${file}.1`, "utf8")).toBe("0123456789\n");
});

test("5 MB where nothing is said", () => {
  using folder = scratchFolder();
  const file = folder.file("metacred.log", "");
  const write = openLogFile(file);
  const line = "x".repeat(1024 * 1024 - 1);
  for (let lines = 0; lines < 5; lines++) write(line);
  expect(existsSync(`${file}.1`)).toBe(false);
  write(line);
  expect(existsSync(`${file}.1`)).toBe(true);
});

test("one line longer than the size is written all the same", () => {
  using folder = scratchFolder();
  const file = join(folder.path, "metacred.log");
  openLogFile(file, 5)("0123456789");
  expect(readFileSync(file, "utf8")).toBe("0123456789\n");
});

test("a folder that is gone, or cannot be, never throws", () => {
  using folder = scratchFolder();
  const file = join(folder.path, "state/metacred.log");
  const write = openLogFile(file);
  rmSync(join(folder.path, "state"), { recursive: true });
  expect(() => write("lost")).not.toThrow();
  expect(() => openLogFile("/dev/null/metacred.log")("lost")).not.toThrow();
});
