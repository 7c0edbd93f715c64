// Many at once: one AssumeRole for them all, and answers from memory while AWS keeps a refresh waiting.
import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireTools } from "../support/require-tools.ts";
import { freePort, testWorld } from "../support/world.ts";

const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

test("50 credential-process for a role that is not live: one AssumeRole", async () => {
  await using world = await testWorld();
  await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev", "--port", String(freePort())]);
  const before = await world.aws({ do: "count", action: "AssumeRole" });
  const results = await Promise.all(
    Array.from({ length: 50 }, () => world.metacred(["credential-process", "--role", "prod-readonly"])),
  );
  expect(new Set(results.map(({ exitCode, stderr }) => `${exitCode}${stderr}`))).toEqual(new Set(["0"]));
  const keys = new Set(results.map(({ stdout }) => (JSON.parse(stdout) as { AccessKeyId: string }).AccessKeyId));
  expect(keys.size).toBe(1);
  expect(await world.aws({ do: "count", action: "AssumeRole" })).toBe(before + 1);
});

// The clock of the daemon alone jumps, as after a suspend, which makes it refresh at once; the mock holds that answer.
describe.skipIf(!requireTools([FAKETIME]))("a refresh that AWS does not answer", () => {
  test("C13, C15: 1,000 rounds on fresh connections stay under 20 ms at the 99th percentile", async () => {
    await using world = await testWorld();
    const clock = join(world.folder, "clock");
    writeFileSync(clock, "+0\n");
    const port = freePort();
    const daemon = Bun.spawn([world.binary, "serve", "--no-redirect", "--role", "dev", "--port", String(port)], {
      env: {
        ...world.env,
        LD_PRELOAD: FAKETIME,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: "1",
        DONT_FAKE_MONOTONIC: "1",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const reader = daemon.stdout.getReader();
    await reader.read();
    const firstKey = await round(port);
    const before = await world.aws({ do: "count", action: "AssumeRole" });
    await world.aws({ do: "hold", action: "AssumeRole" });
    writeFileSync(clock, "+10m\n");
    await world.aws({ do: "untilCalled", action: "AssumeRole", times: before + 1 });

    const timesMs: number[] = [];
    for (let index = 0; index < 1000; index++) {
      const startedMs = performance.now();
      expect(await round(port)).toBe(firstKey);
      timesMs.push(performance.now() - startedMs);
    }
    expect(timesMs.toSorted((a, b) => a - b)[989]).toBeLessThan(20);
    expect(timesMs[0]).toBeLessThan(100);
    const keys = await Promise.all(Array.from({ length: 20 }, () => round(port)));
    expect(new Set(keys)).toEqual(new Set([firstKey]));
    expect(await world.aws({ do: "count", action: "AssumeRole" })).toBe(before + 1);
    await world.aws({ do: "release", action: "AssumeRole" });
    daemon.kill("SIGTERM");
    expect(await daemon.exited).toBe(0);
    expect(existsSync(join(world.env["XDG_RUNTIME_DIR"] ?? "", "metacred/control.sock"))).toBe(false);
  }, 60_000);
});

/** Token, list and credentials, each on a connection of its own as SDKs do; resolves to the key's id. */
async function round(port: number): Promise<string> {
  const at = `http://127.0.0.1:${port}/latest`;
  const once = { headers: { Connection: "close" } };
  const ttl = { ...once.headers, "X-aws-ec2-metadata-token-ttl-seconds": "21600" };
  const token = await (await fetch(`${at}/api/token`, { method: "PUT", headers: ttl })).text();
  const headers = { ...once.headers, "X-aws-ec2-metadata-token": token };
  const role = await (await fetch(`${at}/meta-data/iam/security-credentials/`, { headers })).text();
  const document = await fetch(`${at}/meta-data/iam/security-credentials/${role}`, { headers });
  return ((await document.json()) as { AccessKeyId: string }).AccessKeyId;
}
