// Runs root's part of a plan and waits until it says that the redirect is up.
import { basename } from "node:path";
import { CliError, EXIT } from "../errors.ts";
import type { Environment } from "../paths.ts";
import { type RedirectPlan, type RedirectTool, parseGuardLine } from "../redirect/plan.ts";
import { childEnvironment } from "../sys/child-environment.ts";

export type StartedGuard<Stdin extends number | "pipe"> = {
  method: RedirectTool;
  child: Bun.Subprocess<Stdin, "pipe", "pipe">;
};

/** `say` gets what sudo has to tell the person. Throws with exit 5 when root's part did not come up. */
export async function startGuard<Stdin extends number | "pipe">(
  plan: Pick<RedirectPlan, "argv">,
  stdin: Stdin,
  env: Environment,
  say: (text: string) => void,
): Promise<StartedGuard<Stdin>> {
  const child = Bun.spawn([...plan.argv], { stdin, stdout: "pipe", stderr: "pipe", env: childEnvironment(env) });
  let failure: string | undefined;
  const listening = eachLine(child.stderr, (line) => {
    const said = parseGuardLine(line);
    if (said !== undefined && "failed" in said) failure = said.failed;
    else say(`${line}\n`);
  });
  let method: RedirectTool | undefined;
  const reader = child.stdout.getReader();
  try {
    for (let text = ""; method === undefined;) {
      const { value, done } = await reader.read();
      if (done) break;
      text += new TextDecoder().decode(value);
      const said = text.includes("\n") ? parseGuardLine(text.slice(0, text.indexOf("\n"))) : undefined;
      if (said !== undefined && "up" in said) method = said.up;
    }
  } finally {
    reader.releaseLock();
  }
  if (method !== undefined) {
    child.unref();
    return { method, child };
  }
  await listening;
  throw refusal(failure, basename(plan.argv[0] ?? ""));
}

/** Runs something short as root to its end. Throws with exit 5 where it may not or could not. */
export async function runAsRoot(argv: readonly string[], env: Environment, say: (text: string) => void): Promise<void> {
  const child = Bun.spawn([...argv], { stdin: "ignore", stdout: "ignore", stderr: "pipe", env: childEnvironment(env) });
  let failure: string | undefined;
  await eachLine(child.stderr, (line) => {
    const said = parseGuardLine(line);
    if (said !== undefined && "failed" in said) failure = said.failed;
    else say(`${line}\n`);
  });
  if ((await child.exited) === 0) return;
  throw new CliError(failure ?? `root's part did not run: ${basename(argv[0] ?? "")} exited with ${child.exitCode}`, {
    hint: "metacred doctor",
    exit: EXIT.needsPrivilege,
  });
}

function refusal(failure: string | undefined, program: string): CliError {
  const hint = "metacred serve --no-redirect";
  return failure === undefined
    ? new CliError(`root's part of the redirect did not start: ${program} refused`, { hint, exit: EXIT.needsPrivilege })
    : new CliError(`the redirect could not be set up: ${failure}`, { hint, exit: EXIT.needsPrivilege });
}

async function eachLine(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
  if (rest !== "") take(rest);
}
