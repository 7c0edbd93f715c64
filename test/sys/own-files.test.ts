// What stands in the way of metacred's own folders and files, in words; no raw error of the system.
import { describe, expect, test } from "bun:test";
import { mkdirSync, statSync, symlinkSync } from "node:fs";
import { closeSync } from "node:fs";
import { join } from "node:path";
import { makeOwnFolder, openToAppend } from "../../src/sys/own-files.ts";
import { failureOf } from "../support/failure.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const failure = async (act: () => unknown, folder: string) => {
  const { message, hint } = await failureOf(act);
  return [message, hint].map((text) => text?.replaceAll(folder, "~"));
};

describe("a folder", () => {
  test("is made for its owner alone, twice over", () => {
    using folder = scratchFolder();
    const made = join(folder.path, "a/b");
    makeOwnFolder(made);
    makeOwnFolder(made);
    expect(statSync(made).mode & 0o777).toBe(0o700);
  });

  test("where a file stands, or stands above it, or links lead in a circle", async () => {
    using folder = scratchFolder();
    folder.file("file", "");
    symlinkSync("circle", join(folder.path, "circle"));
    const make = (name: string) => failure(() => makeOwnFolder(join(folder.path, name)), folder.path);
    expect(await make("file")).toEqual(["~/file cannot be made: something else has its name", "ls -ld ~/file ~"]);
    expect(await make("file/b")).toEqual([
      "~/file/b cannot be made: something above it is no folder",
      "ls -ld ~/file/b ~/file",
    ]);
    expect(await make("file/b/c/d")).toEqual([
      "~/file/b/c/d cannot be made: something above it is no folder",
      "ls -ld ~/file",
    ]);
    expect(await make("x".repeat(300))).toContainEqual(expect.stringContaining("the name is too long"));
    expect((await make("circle/b"))[0]).toStartWith("~/circle/b cannot be made: ");
  });
});

describe("a file", () => {
  test("is made for its owner alone", () => {
    using folder = scratchFolder();
    const file = join(folder.path, "state/log");
    closeSync(openToAppend(file));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("where a folder stands", async () => {
    using folder = scratchFolder();
    mkdirSync(join(folder.path, "log"));
    expect(await failure(() => openToAppend(join(folder.path, "log")), folder.path)).toEqual([
      "~/log cannot be made: a folder has its name",
      "ls -ld ~/log ~",
    ]);
  });
});
