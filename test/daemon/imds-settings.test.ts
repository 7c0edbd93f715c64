import { expect, test } from "bun:test";
import { createImdsSettings } from "../../src/daemon/imds-settings.ts";
import { failureOf } from "../support/failure.ts";
import { manualClock } from "../support/manual-clock.ts";
import { type ScratchFolder, scratchFolder } from "../support/scratch-folder.ts";
import { configOf } from "./fakes.ts";

const imdsOf = (imds: object) => configOf({ imds }).imds;

function settingsIn(folder: ScratchFolder) {
  const clock = manualClock();
  const configFile = `${folder.path}/etc/config.toml`;
  return { clock, settings: createImdsSettings({ host: "desk", uid: 1000, configFile, home: folder.path, clock }) };
}

test("a reload does not start a scenario anew, a change of it does", async () => {
  using folder = scratchFolder();
  const { clock, settings } = settingsIn(folder);
  const sinceOf = (imds: object) => settings(imdsOf(imds)).instance.scenario?.since.toISOString();
  const spot = { action: "stop", after: "30s" };
  expect(sinceOf({ spot })).toBe("2026-01-01T00:00:00.000Z");
  await clock.advance(20_000);
  expect(sinceOf({ spot, hostname: "other" })).toBe("2026-01-01T00:00:00.000Z");
  expect(sinceOf({ spot: { ...spot, after: "31s" } })).toBe("2026-01-01T00:00:20.000Z");
});

test("user data: beside the config, at home, empty", () => {
  using folder = scratchFolder();
  folder.file("etc/boot", "beside");
  folder.file("boot", "home");
  folder.file("etc/empty", "");
  const { settings } = settingsIn(folder);
  const read = (file: string) => {
    const { userData } = settings(imdsOf({ user_data: file })).instance;
    return userData && Buffer.from(userData).toString();
  };
  expect([read("boot"), read("~/boot"), read(`${folder.path}/boot`), read("empty")]).toEqual([
    "beside",
    "home",
    "home",
    undefined,
  ]);
});

test("user data that EC2 would not take", async () => {
  using folder = scratchFolder();
  folder.file("etc/most", "x".repeat(16_384));
  folder.file("etc/more", "x".repeat(16_385));
  const { settings } = settingsIn(folder);
  expect(settings(imdsOf({ user_data: "most" })).instance.userData?.length).toBe(16_384);
  expect(await failureOf(() => settings(imdsOf({ user_data: "more" })))).toMatchObject({
    message: "imds.user_data is 16385 bytes: EC2 allows 16384",
    exit: 2,
  });
});

test.each([
  [{ "instance-id": "x" }, '"instance-id" in [imds.metadata] is served already, with a key of its own'],
  [{ a: "x", "a/b": "y" }, '"a/b" in [imds.metadata] is served already, with a key of its own'],
  [{ "iam/info": "x" }, '"iam/info" in [imds.metadata] would change what a role is'],
])("metadata %j", async (metadata, message) => {
  using folder = scratchFolder();
  const { settings } = settingsIn(folder);
  expect(await failureOf(() => settings(imdsOf({ metadata })))).toMatchObject({ message, exit: 2 });
});
