import { expect, test } from "bun:test";
import { rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { rememberProfiles } from "../../src/sources/profile-memory.ts";
import { scratchAws } from "../support/scratch-aws.ts";

const LONG_AGO = new Date("2020-01-01T00:00:00Z");
const HOUR_MS = 3_600_000;
// As it is an hour later: nothing was written just now.
const later = { now: () => new Date(Date.now() + HOUR_MS) };

test("files that did not change are parsed once", async () => {
  using _files = scratchAws({ config: "[profile a]\nregion = x\n" });
  const profiles = rememberProfiles(process.env, later);
  expect(await profiles()).toBe(await profiles());
});

test("another text of the same length, with its time set back, is seen", async () => {
  using files = scratchAws();
  const write = (text: string) => utimesSync(files.file(".aws/config", text), LONG_AGO, LONG_AGO);
  const profiles = rememberProfiles(process.env, later);
  write("[profile a]\nregion = x\n");
  expect(await profiles()).toEqual({ a: { region: "x" } });
  write("[profile a]\nregion = y\n");
  expect(await profiles()).toEqual({ a: { region: "y" } });
});

test("a file by a name with a tilde, which the SDK reads as well", async () => {
  using files = scratchAws();
  files.set("AWS_CONFIG_FILE", "~/elsewhere");
  const profiles = rememberProfiles(process.env, later);
  files.file("elsewhere", "[profile a]\nregion = x\n");
  expect(await profiles()).toEqual({ a: { region: "x" } });
  files.file("elsewhere", "[profile a]\nregion = other\n");
  expect(await profiles()).toEqual({ a: { region: "other" } });
});

test("a file that comes, and one that goes", async () => {
  using files = scratchAws({ config: "[profile a]\nregion = x\n" });
  const profiles = rememberProfiles(process.env, later);
  await profiles();
  files.file(".aws/credentials", "[b]\naws_access_key_id = k\n");
  expect(Object.keys(await profiles())).toEqual(["a", "b"]);
  rmSync(join(files.path, ".aws/credentials"));
  expect(Object.keys(await profiles())).toEqual(["a"]);
});

test("what was written a moment ago may be written again without a trace: it is not kept", async () => {
  using files = scratchAws({ config: "[profile a]\nregion = x\n" });
  // Just then: the test itself may be slow.
  const at = statSync(join(files.path, ".aws/config")).ctime;
  const profiles = rememberProfiles(process.env, { now: () => at });
  expect(await profiles()).not.toBe(await profiles());
});
