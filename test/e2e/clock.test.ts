// A machine whose clock is an hour off, either way: signed right, served in its own time, and said.
import { expect, test } from "bun:test";
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
