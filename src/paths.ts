// Where metacred's own files are. Pure: everything comes from the environment it is given.
export type Environment = Readonly<Record<string, string | undefined>>;

/** For everybody on this machine: root's, and under each user's own. */
export const MACHINE_CONFIG = "/etc/metacred/config.toml";

/** In the state folder: names of keys and headers, whose secrets are in the keychain. */
export const KEY_INDEX = "keys.json";

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
  /** What outlives a daemon: names and instants, never a secret. */
  stateFile: string;
  /** Names of SSO pairs, one a line, for the shells' completions. */
  pairNamesFile: string;
};

type Machine = {
  env: Environment;
  platform: NodeJS.Platform;
  home: string;
  /** The runtime folder of the user's login, for a program that was told none. */
  loginRuntime?: string | undefined;
};

/** Resolves every path from XDG variables, with macOS's own folder where those are unset. */
export function resolvePaths({ env, platform, home, loginRuntime }: Machine, configOption?: string): Paths {
  const library = within(home, "Library/Application Support/metacred");
  const under = (xdg: string | undefined, fallback: string) =>
    xdg !== undefined && xdg.startsWith("/")
      ? within(xdg, "metacred")
      : platform === "darwin"
        ? library
        : within(home, `${fallback}/metacred`);
  const stateDir = under(env["XDG_STATE_HOME"], ".local/state");
  const runtimeRoot = isToldRuntime(env) ? env["XDG_RUNTIME_DIR"] : loginRuntime;
  const runtimeDir = runtimeRoot === undefined ? stateDir : within(runtimeRoot, "metacred");
  const named = configOption ?? (env["METACRED_CONFIG"] || undefined);
  return {
    configFile: named ?? within(under(env["XDG_CONFIG_HOME"], ".config"), "config.toml"),
    configNamed: named !== undefined,
    stateDir,
    runtimeDir,
    socketFile: within(runtimeDir, "control.sock"),
    lockFile: within(runtimeDir, "serve.lock"),
    logFile: within(stateDir, "metacred.log"),
    stateFile: within(stateDir, "state.json"),
    pairNamesFile: within(stateDir, "sso-pairs"),
  };
}

/** XDG Base Directory Specification: a relative path is none. */
export function isToldRuntime(env: Environment): boolean {
  return env["XDG_RUNTIME_DIR"]?.startsWith("/") === true;
}

// Not node:path's join: loading that module takes a tenth of a quick command's time, and a regular expression as much
// as the rest of this file.
function within(folder: string, name: string): string {
  let end = folder.length;
  while (folder[end - 1] === "/") end--;
  return `${folder.slice(0, end)}/${name}`;
}
