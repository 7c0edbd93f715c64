import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { looseFiles, mend } from "../../src/daemon/loose-files.ts";
import { resolvePaths } from "../../src/paths.ts";
import { type ScratchFolder, scratchFolder } from "../support/scratch-folder.ts";

const UID = process.getuid?.() ?? -1;
const modeOf = (path: string) => statSync(path).mode & 0o7777;
const pathsIn = (home: ScratchFolder, configFile?: string) =>
  resolvePaths({ env: {}, platform: "linux", home: home.path }, configFile);

test("its own folder of the configuration is looked at, and mended", () => {
  using home = scratchFolder();
  const paths = pathsIn(home);
  home.file(".config/metacred/config.toml", "");
  chmodSync(dirname(paths.configFile), 0o777);
  const found = looseFiles(paths, UID);
  expect(found.map(({ fix }) => fix)).toEqual([`chmod go-w ${dirname(paths.configFile)}`]);
  expect(found.map(mend)).toEqual([true]);
  expect(modeOf(dirname(paths.configFile))).toBe(0o755);
  expect(looseFiles(paths, UID)).toEqual([]);
});

test("the folder of a file that was named is not: it may be /tmp", () => {
  using home = scratchFolder();
  const shared = join(home.path, "shared");
  mkdirSync(shared);
  chmodSync(shared, 0o1777);
  expect(looseFiles(pathsIn(home, home.file("shared/config.toml", "")), UID)).toEqual([]);
  expect(modeOf(shared)).toBe(0o1777);
});

test("where the platform has no uids there is nothing to say", () => {
  using home = scratchFolder();
  const paths = pathsIn(home);
  chmodSync(home.file(".config/metacred/config.toml", ""), 0o666);
  expect(looseFiles(paths, -1)).toEqual([]);
  expect(looseFiles(paths, UID)).toHaveLength(1);
});

test("what only a group of this user's own may write, as many systems have it, is not loose", () => {
  using home = scratchFolder();
  chmodSync(home.file(".config/metacred/config.toml", ""), 0o664);
  chmodSync(dirname(pathsIn(home).configFile), 0o775);
  expect(looseFiles(pathsIn(home), UID)).toEqual([]);
});
