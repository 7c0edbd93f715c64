// Runs root's part of a plan and waits until it says that the redirect is up.
import { CliError, EXIT } from "../errors.ts";
import type { Environment } from "../paths.ts";
import { type RedirectPlan, parseGuardLine } from "../redirect/plan.ts";
import { childEnvironment } from "../sys/child-environment.ts";

export type StartedGuard<Stdin extends number | "pipe"> = {
  method: "nft" | "iptables";
  child: Bun.Subprocess<Stdin, "pipe", "pipe">;
};

/** `say` gets what sudo has to tell the person. Throws with exit 5 when root's part did not come up. */
export async function startGuard<Stdin extends number | "pipe">(
  plan: RedirectPlan,
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
  let method: "nft" | "iptables" | undefined;
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
  throw refusal(failure);
}

function refusal(failure: string | undefined): CliError {
  const hint = "metacred serve --no-redirect";
  return failure === undefined
    ? new CliError("root's part of the redirect did not start: sudo refused", { hint, exit: EXIT.needsPrivilege })
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
