// In endpoint mode stdout is for `export $(…)`; so what goes where is looked at from outside of a process.
import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Status } from "../../src/daemon/protocol.ts";
import { SAMPLE_ROLE, sampleStatus } from "../support/sample-status.ts";

const READY = join(import.meta.dir, "../../src/quick/ready.ts");

async function say(status: Status, warnings: string[]): Promise<{ stdout: string; stderr: string }> {
  const program = `import { sayReady } from ${JSON.stringify(READY)}; await sayReady(${JSON.stringify(status)}, ${JSON.stringify(warnings)});`;
  const child = Bun.spawn([process.execPath, "--eval", program], { stdio: ["ignore", "pipe", "pipe"] });
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return { stdout, stderr };
}

test("behind a redirect there is nothing to export", async () => {
  expect(await say(sampleStatus(), ["no region is known"])).toEqual({
    stdout: "",
    stderr:
      "metacred: no region is known\n" +
      `serving dev (${SAMPLE_ROLE.arn}) at http://169.254.169.254/\n` +
      "  pid 4711, redirect nft; metacred use ROLE switches, metacred stop ends it\n",
  });
});

test("endpoint mode: the variable, with the slash", async () => {
  const endpoints = { imds: null, endpoint: "http://127.0.0.1:25772/" };
  const status = sampleStatus({ endpoints, redirect: { method: "none", healthy: true, checked_at: null } });
  const { stdout, stderr } = await say(status, []);
  expect(stdout).toBe("AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:25772/\n");
  expect(stderr).toStartWith(`serving dev (${SAMPLE_ROLE.arn}) at http://127.0.0.1:25772/\n`);
});
