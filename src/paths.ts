// Where metacred's own files are. Pure: everything comes from the environment it is given.
import { join } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

export type Paths = {
  /** The user's configuration file; it need not exist. */
  configFile: string;
  /** True when --config or METACRED_CONFIG names the file: then its absence is an error. */
  configNamed: boolean;
  stateDir: string;
  /** Holds the control socket; 0700. */
  runtimeDir: string;
  socketFile: string;
  lockFile: string;
  logFile: string;
};

type Machine = { env: Environment; platform: NodeJS.Platform; home: string };

/** Resolves every path from XDG variables, with macOS's own folder where those are unset. */
export function resolvePaths({ env, platform, home }: Machine, configOption?: string): Paths {
  const library = join(home, "Library", "Application Support", "metacred");
  const under = (xdg: string | undefined, fallback: string) =>
    xdg !== undefined && xdg.startsWith("/")
      ? join(xdg, "metacred")
      : platform === "darwin"
        ? library
        : join(home, fallback, "metacred");
  const stateDir = under(env["XDG_STATE_HOME"], ".local/state");
  const runtimeRoot = env["XDG_RUNTIME_DIR"];
  const runtimeDir =
    runtimeRoot !== undefined && runtimeRoot.startsWith("/") ? join(runtimeRoot, "metacred") : stateDir;
  const named = configOption ?? (env["METACRED_CONFIG"] || undefined);
  return {
    configFile: named ?? join(under(env["XDG_CONFIG_HOME"], ".config"), "config.toml"),
    configNamed: named !== undefined,
    stateDir,
    runtimeDir,
    socketFile: join(runtimeDir, "control.sock"),
    lockFile: join(runtimeDir, "serve.lock"),
    logFile: join(stateDir, "metacred.log"),
  };
}
