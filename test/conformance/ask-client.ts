// Runs a client's program and reads the one line of JSON that it prints.
import type { World } from "../support/world.ts";
import type { Word } from "./clients.ts";
import type { Prepared } from "./prepare.ts";

/** `value` where `ok`, else `detail` says why not. */
export type Said = { ok: boolean; value: string; detail: string };
export type Asked = Said & { ms: number };

/** A client that is told nothing about roles or keys, and may not fall back to IMDSv1. */
export const TOLD_NOTHING: Readonly<Record<string, string>> = {
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_EC2_METADATA_V1_DISABLED: "true",
};

/** The region is told except where it is what is asked for: STS cannot be called without. */
export const REGION: Readonly<Record<string, string>> = {
  AWS_REGION: "eu-central-1",
  AWS_DEFAULT_REGION: "eu-central-1",
};

export const LIMIT_SECONDS = 30;

export async function askClient(
  world: Pick<World, "run">,
  { argv }: Prepared,
  word: Word,
  env: Record<string, string>,
  before: readonly string[] = [],
): Promise<Asked> {
  const startedMs = performance.now();
  const { stdout, stderr } = await world.run(["timeout", `${LIMIT_SECONDS}`, ...before, ...argv, word], { env });
  return { ...readSaid(stdout, stderr), ms: performance.now() - startedMs };
}

export function readSaid(stdout: string, stderr = ""): Said {
  try {
    return JSON.parse(stdout) as Said;
  } catch {
    return { ok: false, value: "", detail: `it printed ${JSON.stringify(`${stdout}${stderr}`.slice(-500))}` };
  }
}
