// A host of one's own: a private network namespace, loopback up, no route out. Nothing outside of it is touched.

import { randomBytes } from "node:crypto";
import { requireTools, skipped } from "./require-tools.ts";

export type NetnsProcess = Bun.Subprocess<"pipe", "pipe", "pipe">;
export type NetnsResult = { stdout: string; stderr: string; exitCode: number };

export type Netns = AsyncDisposable & {
  name: string;
  /** Runs to its end. A failure is a result, not an exception. */
  run(argv: readonly string[], options?: RunOptions): Promise<NetnsResult>;
  /** Still running at the end of the test: killed with the namespace. */
  spawn(argv: readonly string[], options?: RunOptions): NetnsProcess;
};

export type RunOptions = {
  /** Run as this uid and gid, without supplementary groups. */
  uid?: number;
  env?: Record<string, string>;
  cwd?: string;
};

const PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

/** For `describe.skipIf(!canUseNetns([...]))`: root, Linux, the tools, and a kernel that lets us make namespaces. */
export function canUseNetns(tools: readonly string[] = []): boolean {
  if (!requireTools(["ip", "setpriv", ...tools], { root: true, platform: "linux" })) return false;
  if (Bun.spawnSync(["unshare", "--net", "true"]).success) return true;
  return skipped("run with CAP_SYS_ADMIN (network namespaces are refused here)");
}

/** `await using ns = await netns()`. */
export async function netns(): Promise<Netns> {
  const name = `metacred-${randomBytes(6).toString("hex")}`;
  await must(["ip", "netns", "add", name]);
  const children = new Set<NetnsProcess>();

  const spawn = (argv: readonly string[], { uid, env, cwd }: RunOptions = {}): NetnsProcess => {
    const as = uid === undefined ? [] : ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
    const child = Bun.spawn(["ip", "netns", "exec", name, ...as, ...argv], {
      stdio: ["pipe", "pipe", "pipe"],
      env: env ?? { PATH },
      cwd: cwd ?? "/",
    });
    children.add(child);
    return child;
  };

  const run = async (argv: readonly string[], options?: RunOptions): Promise<NetnsResult> => {
    const child = spawn(argv, options);
    await child.stdin.end();
    const [stdout, stderr, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    children.delete(child);
    return { stdout, stderr, exitCode };
  };

  await must(["ip", "netns", "exec", name, "ip", "link", "set", "lo", "up"]);
  return {
    name,
    run,
    spawn,
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL");
      await Promise.all([...children].map((child) => child.exited));
      await must(["ip", "netns", "del", name]);
    },
  };
}

async function must(argv: readonly string[]): Promise<void> {
  const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "ignore", stderr: "pipe", env: { PATH } });
  const said = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`${argv.join(" ")}: ${said.trim()}`);
}
