// Everything that decides whether somebody is signed in, as far as it can be told without asking: the files by their
// inodes and times, the environment by its words. Two equal texts mean that nobody has signed in in between.
import { createHash } from "node:crypto";
import { readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Context } from "../context.ts";
import { MACHINE_CONFIG } from "../paths.ts";
import { writePrivateFile } from "../sys/atomic-file.ts";

type FactsContext = Pick<Context, "env" | "home" | "paths">;

const SIGN_INS = "sign-ins";
// The session bus leads to the keychain.
const ENVIRONMENT = /^(AWS_|METACRED_|XDG_|HOME$|DBUS_SESSION_BUS_ADDRESS$)/;
const SECRET = /SECRET|TOKEN|KEY|PASSWORD/;

export function factsOf({ env, home, paths }: FactsContext): string {
  const { configFile, stateDir } = paths;
  const hash = createHash("sha256");
  for (const name of Object.keys(env).toSorted()) {
    // Of a secret not even a hash is written anywhere.
    if (ENVIRONMENT.test(name)) hash.update(`${name}=${SECRET.test(name) ? Boolean(env[name]) : env[name]}\n`);
  }
  for (const file of [
    ...[configFile, MACHINE_CONFIG].flatMap((one) => [one, ...inside(join(dirname(one), "config.d"))]),
    env["AWS_CONFIG_FILE"] || join(home, ".aws", "config"),
    env["AWS_SHARED_CREDENTIALS_FILE"] || join(home, ".aws", "credentials"),
    ...inside(join(home, ".aws", "sso", "cache")),
    ...inside(env["AWS_LOGIN_CACHE_DIRECTORY"] || join(home, ".aws", "login", "cache")),
    ...["secrets.json", "keys.json", SIGN_INS].map((one) => join(stateDir, one)),
  ]) {
    hash.update(`${file} ${stateOf(file)}\n`);
  }
  return hash.digest("hex");
}

/** Somebody has signed in or out, in a place that shows no times: whatever was found before holds no longer. */
export function noteSignInChange(stateDir: string, now: Date): void {
  writePrivateFile(join(stateDir, SIGN_INS), `${now.toISOString()}\n`);
  for (const name of namesIn(stateDir)) {
    if (/^turn-\w+\.json$/.test(name)) rmSync(join(stateDir, name), { force: true });
  }
}

// --- internal ---

// The time of change, not of writing: a program cannot set it.
function stateOf(file: string): string {
  try {
    const { ino, size, ctimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${ctimeNs}`;
  } catch {
    // Not there, or not for this user to see.
    return "none";
  }
}

function inside(folder: string): string[] {
  return namesIn(folder).map((name) => join(folder, name));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
