// Programs of other people, run with nothing of this machine's home or settings.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEMO_USER } from "../../src/demo/world.ts";

export type Finished = { stdout: string; stderr: string; exitCode: number };

export async function runClient(
  command: readonly string[],
  environment: Record<string, string> = {},
): Promise<Finished> {
  const home = await mkdtemp(join(tmpdir(), "metacred-client-"));
  try {
    const child = Bun.spawn([...command], {
      cwd: home,
      env: { ...isolatedEnvironment(home), ...environment },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { stdout, stderr, exitCode: await child.exited };
  } finally {
    await rm(home, { recursive: true });
  }
}

function isolatedEnvironment(home: string): Record<string, string> {
  return {
    PATH: "/usr/bin:/bin",
    HOME: home,
    AWS_ACCESS_KEY_ID: DEMO_USER.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DEMO_USER.secretAccessKey,
    AWS_DEFAULT_REGION: "eu-central-1",
    AWS_EC2_METADATA_DISABLED: "true",
    // A request that does not go to the mock goes nowhere: port 9 of loopback answers nobody.
    HTTPS_PROXY: "http://127.0.0.1:9",
    NO_PROXY: "127.0.0.1",
  };
}
