import { expect, test } from "bun:test";
import { CONFIG, freePort, testWorld } from "../support/world.ts";
import { untilTrue } from "../support/until.ts";
import { readFileSync } from "node:fs";

const FILE_STORE = `${CONFIG}\n[secrets]\nstore = "file"\n`;
const calls = async (world: Awaited<ReturnType<typeof testWorld>>) =>
  (await world.aws({ do: "count", action: "AssumeRole" })) +
  (await world.aws({ do: "count", action: "GetCallerIdentity" }));

test.each([
  ["the same session, and no call to AWS", FILE_STORE, true],
  ["a new one where cache_sessions is off", `${FILE_STORE}cache_sessions = false\n`, false],
  ["a new one where there is no keychain: sessions go into no file unasked", CONFIG, false],
])("a restart: %s", async (_title, config, isWarm) => {
  await using world = await testWorld({ config });
  const start = async () => {
    const words = ["serve", "--role", "dev", "--background", "--no-redirect", "--port", String(freePort())];
    expect(await world.metacred(words)).toMatchObject({ exitCode: 0 });
    return JSON.parse((await world.metacred(["credential-process"])).stdout) as { AccessKeyId: string };
  };
  const first = await start();
  const secrets = `${world.folder}/home/.local/state/metacred/secrets.json`;
  const isKept = () => {
    try {
      return readFileSync(secrets, "utf8").includes(first.AccessKeyId);
    } catch {
      return false;
    }
  };
  if (isWarm) await untilTrue("the session is kept", isKept);
  await world.metacred(["stop"]);
  expect(isKept()).toBe(isWarm);
  const before = await calls(world);
  const second = await start();
  expect({ same: second.AccessKeyId === first.AccessKeyId, called: (await calls(world)) > before }).toEqual({
    same: isWarm,
    called: !isWarm,
  });
});
