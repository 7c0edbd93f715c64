// A machine whose clock is an hour off, either way: signed right, served in its own time, and said.
import { describe, expect, test } from "bun:test";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { requireTools } from "../support/require-tools.ts";
import { ssoWorld } from "../support/sso-world.ts";
import { untilTrue } from "../support/until.ts";
import { freePort, testWorld } from "../support/world.ts";

const HOUR_MS = 3_600_000;
const CLOSE_MS = 20_000;

test.each([
  ["behind", HOUR_MS, -3600],
  ["ahead", -HOUR_MS, 3600],
])("an hour %s", async (_title, awsAheadMs, skewSeconds) => {
  await using world = await testWorld({ awsAheadMs });
  const words = ["serve", "--no-redirect", "--background", "--port", String(freePort())];
  expect((await world.metacred([...words, "--role", "dev"])).exitCode).toBe(0);
  const left = (instant: string) => new Date(instant).getTime() - Date.now();
  for (const role of ["dev", "prod-readonly"]) {
    expect((await world.metacred(["use", role])).exitCode).toBe(0);
    const status = JSON.parse((await world.metacred(["status", "--json"])).stdout);
    expect(Math.abs(status.clock_skew_seconds - skewSeconds)).toBeLessThanOrEqual(2);
    expect(Math.abs(left(status.role.expiration) - HOUR_MS)).toBeLessThan(CLOSE_MS);
    expect(Math.abs(left(status.role.advertised_expiration) - 16 * 60_000)).toBeLessThan(CLOSE_MS);
    const { stdout } = await world.metacred(["credential-process"]);
    expect(Math.abs(left(JSON.parse(stdout).Expiration) - HOUR_MS)).toBeLessThan(CLOSE_MS);
  }
  const how = skewSeconds > 0 ? "ahead of" : "behind";
  expect((await world.metacred(["status"])).stdout).toMatch(new RegExp(`clock +3[56]\\d\\d s ${how} AWS: taken off`));
  // The first call of all was refused for its date; every other one was signed right at once.
  expect(await world.aws({ do: "count", action: "AssumeRole" })).toBeLessThanOrEqual(3);
});

describe.skipIf(!requireTools(["curl"]))("a sign-in", () => {
  const CONFIG = `base = "dev"\n[secrets]\nstore = "file"\nshare_sso_cache = true\n`;

  test.each([HOUR_MS, -HOUR_MS])(
    "with AWS %i ms ahead: the AWS CLI's file has this machine's own times",
    async (ms) => {
      await using world = await ssoWorld({ config: CONFIG, awsAheadMs: ms });
      expect((await world.as(["login"])).exitCode).toBe(0);
      const cache = `${world.folder}/home/.aws/sso/cache`;
      const [name = ""] = readdirSync(cache);
      const kept = JSON.parse(readFileSync(join(cache, name), "utf8"));
      expect(Math.abs(new Date(kept.expiresAt).getTime() - Date.now() - HOUR_MS)).toBeLessThan(CLOSE_MS);
      // Another process, which has not heard from AWS yet, takes it as it is: once as ours, once as the CLI's.
      const tokens = await world.aws({ do: "count", action: "CreateToken" });
      const serving = () => ["serve", "--no-redirect", "--background", "--port", String(freePort())];
      expect((await world.as(serving())).exitCode).toBe(0);
      await world.as(["stop"]);
      rmSync(`${world.folder}/home/.local/state/metacred/secrets.json`);
      expect((await world.as(serving())).exitCode).toBe(0);
      expect(await world.aws({ do: "count", action: "CreateToken" })).toBe(tokens);
    },
  );

  test("and a restart with AWS an hour ahead: the live session is as good as it was, and asks nobody", async () => {
    await using world = await ssoWorld({ config: CONFIG, awsAheadMs: HOUR_MS });
    await world.as(["login"]);
    const start = async () => {
      expect((await world.as(["serve", "--no-redirect", "--background", "--port", String(freePort())])).exitCode).toBe(
        0,
      );
      const { stdout } = await world.as(["credential-process"]);
      return JSON.parse(stdout) as { AccessKeyId: string; Expiration: string };
    };
    const first = await start();
    const secrets = `${world.folder}/home/.local/state/metacred/secrets.json`;
    await untilTrue("the session is kept", () => readFileSync(secrets, "utf8").includes(first.AccessKeyId));
    await world.as(["stop"]);
    const second = await start();
    expect(second.AccessKeyId).toBe(first.AccessKeyId);
    expect(Math.abs(Date.parse(second.Expiration) - Date.parse(first.Expiration))).toBeLessThanOrEqual(2000);
    const status = JSON.parse((await world.as(["status", "--json"])).stdout);
    expect(Math.abs(status.clock_skew_seconds + 3600)).toBeLessThanOrEqual(2);
  });
});
