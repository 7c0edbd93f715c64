// A child that gets its input at once, and so much time and no more.
import type { Environment } from "../paths.ts";
import { childEnvironment } from "./child-environment.ts";

export type ChildOptions = { env: Environment; input?: string; limitMs: number };
export type ChildResult = { stdout: string; exitCode: number; timedOut: boolean };

/** Runs to its end or to the limit, at which it is killed. Never rejects for what the child does. */
export async function runChild(
  argv: readonly string[],
  { env, input = "", limitMs }: ChildOptions,
): Promise<ChildResult> {
  const child = Bun.spawn([...argv], {
    env: childEnvironment(env),
    cwd: "/",
    stdin: new TextEncoder().encode(input),
    stdout: "pipe",
    stderr: "ignore",
  });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, limitMs);
  try {
    const [stdout, exitCode] = await Promise.all([new Response(child.stdout).text(), child.exited]);
    return { stdout, exitCode, timedOut };
  } finally {
    clearTimeout(timer);
  }
}
