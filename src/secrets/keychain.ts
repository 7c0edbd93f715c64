// The keychain as a store: one call at a time, each in a child that can be killed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "../paths.ts";
import { ownCommand } from "../sys/own-command.ts";
import { runChild } from "../sys/run-child.ts";
import type { KeychainAnswer, KeychainOrder } from "./keychain-child.ts";
import { lockedError } from "./secret-store.ts";

/** "absent" is a machine that has none at all: no D-Bus, no secret service, no libsecret. A locked one is there. */
export type Keychain = {
  get(name: string): Promise<"absent" | { value: string | undefined }>;
  set(name: string, value: string): Promise<"absent" | "done">;
  delete(name: string): Promise<"absent" | "done">;
};

export type KeychainOptions = {
  env: Environment;
  stateDir: string;
  /** How long the keychain may take; more where a person may be typing its password. */
  limitMs: number;
  /** What starts the child; this very program where it is not said. */
  command?: readonly string[];
};

type Outcome = { kind: "value"; value: string | undefined } | { kind: "failed" } | { kind: "stuck" };

export function createKeychain({ env, stateDir, limitMs, command }: KeychainOptions): Keychain {
  // Bun unpacks the native part under a name that can be told in advance: into our folder, not one that all may write to.
  const folder = join(stateDir, "keychain");
  const childEnv = { ...env, TMPDIR: folder, BUN_TMPDIR: folder };
  const argv = command ?? [...ownCommand(), "__keychain"];
  let queue: Promise<unknown> = Promise.resolve();
  const call = (order: KeychainOrder): Promise<Outcome> => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const turn = queue.then(() => callChild(argv, order, childEnv, limitMs));
    queue = turn.catch(() => undefined);
    return turn;
  };
  // A locked keyring answers "nothing", exactly as an empty one does. What was written from here leaves a mark, so that
  // "nothing" where something must be is known to be a lock. The mark says only that a secret exists.
  const markOf = (name: string) => join(folder, createHash("sha256").update(name).digest("hex").slice(0, 32));
  const get: Keychain["get"] = async (name) => {
    const outcome = await call({ do: "get", name });
    if (outcome.kind === "failed") return "absent";
    if (outcome.kind === "stuck") throw lockedError("does not answer");
    if (outcome.value === undefined && existsSync(markOf(name))) throw lockedError("is locked");
    return { value: outcome.value };
  };
  return {
    get,
    async set(name, value) {
      const { kind } = await call({ do: "set", name, value });
      if (kind === "stuck") throw lockedError("does not answer");
      if (kind === "failed") {
        // Reading fails only where there is no keychain; a locked one reads as empty and refuses to be written.
        const probe = await call({ do: "get", name });
        if (probe.kind === "failed") return "absent";
        throw lockedError("is locked");
      }
      writeFileSync(markOf(name), "", { mode: 0o600 });
      return "done";
    },
    async delete(name) {
      const found = await get(name);
      if (found === "absent") return "absent";
      if (found.value === undefined) return "done";
      const { kind } = await call({ do: "delete", name });
      if (kind !== "value") throw lockedError("is locked");
      rmSync(markOf(name), { force: true });
      return "done";
    },
  };
}

async function callChild(
  argv: readonly string[],
  order: KeychainOrder,
  env: Environment,
  limitMs: number,
): Promise<Outcome> {
  const { stdout, exitCode, timedOut } = await runChild(argv, { env, input: JSON.stringify(order), limitMs });
  if (timedOut) return { kind: "stuck" };
  if (exitCode !== 0) return { kind: "failed" };
  const answer = JSON.parse(stdout) as KeychainAnswer;
  return "failed" in answer ? { kind: "failed" } : { kind: "value", value: answer.value ?? undefined };
}
