// The one place where the program meets the real machine. Everything else is handed what it needs.
import { type Environment, type Paths, isToldRuntime, resolvePaths } from "./paths.ts";
import { type Clock, systemClock } from "./sys/clock.ts";
import { STDERR, STDIN, STDOUT, isTerminal } from "./sys/is-terminal.ts";

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
  const home = env["HOME"] || process.getBuiltinModule("node:os").homedir();
  return {
    env,
    platform: process.platform,
    uid: process.getuid?.() ?? -1,
    // What takes a built-in module or node's streams is looked up when it is asked for: loading just node:fs makes a
    // quick command a quarter slower.
    get user() {
      return userName(env);
    },
    get host() {
      return process.getBuiltinModule("node:os").hostname();
    },
    home,
    get cwd() {
      return process.cwd();
    },
    paths: resolvePaths(
      { env, platform: process.platform, home, loginRuntime: isToldRuntime(env) ? undefined : loginRuntime() },
      configOption,
    ),
    clock: systemClock,
    get interactive() {
      return isTerminal(STDIN) && isTerminal(STDERR);
    },
    get colour() {
      return isTerminal(STDOUT) && !env["NO_COLOR"] && env["TERM"] !== "dumb";
    },
  };
}

// cron, `su` and the like tell no runtime folder: the daemon of the user's login is found nevertheless. Without one there,
// it is as if there were no such folder.
function loginRuntime(): string | undefined {
  const folder = `/run/user/${process.getuid?.()}`;
  const isThere =
    process.platform === "linux" && process.getBuiltinModule("node:fs").existsSync(`${folder}/metacred/control.sock`);
  return isThere ? folder : undefined;
}

// The system's word before the environment's, which anybody may set; os.userInfo() of Bun believes the latter.
function userName(env: Environment): string {
  const uid = String(process.getuid?.() ?? "");
  return nameOfUid(uid) ?? (env["USER"] || env["LOGNAME"] || env["USERNAME"] || uid || "user");
}

function nameOfUid(uid: string): string | undefined {
  try {
    const entries = process.getBuiltinModule("node:fs").readFileSync("/etc/passwd", "utf8").split("\n");
    return entries.map((entry) => entry.split(":")).find((fields) => fields[2] === uid)?.[0];
  } catch {
    return undefined;
  }
}
