// The one place where the program meets the real machine. Everything else is handed what it needs.
import { homedir, hostname, userInfo } from "node:os";
import { type Environment, type Paths, resolvePaths } from "./paths.ts";
import { type Clock, systemClock } from "./sys/clock.ts";

export type Context = {
  env: Environment;
  platform: NodeJS.Platform;
  /** -1 where the platform has no uids. */
  uid: number;
  user: string;
  host: string;
  home: string;
  cwd: string;
  paths: Paths;
  clock: Clock;
  /** A person is there to be asked: both ends of the conversation are terminals. */
  interactive: boolean;
  /** Colours may be written to stderr and stdout. */
  colour: boolean;
};

export function createContext(configOption?: string): Context {
  const env = process.env;
  const home = env["HOME"] || homedir();
  return {
    env,
    platform: process.platform,
    uid: process.getuid?.() ?? -1,
    user: userName(env),
    host: hostname(),
    home,
    cwd: process.cwd(),
    paths: resolvePaths({ env, platform: process.platform, home }, configOption),
    clock: systemClock,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    colour: process.stdout.isTTY && !env["NO_COLOR"] && env["TERM"] !== "dumb",
  };
}

// userInfo throws for a uid without a passwd entry, as in many containers.
function userName(env: Environment): string {
  try {
    return userInfo().username;
  } catch {
    return env["USER"] || env["LOGNAME"] || String(process.getuid?.() ?? "user");
  }
}
