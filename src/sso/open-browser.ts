// Which program shows a page on this machine, if any. Pure.
import type { Environment } from "../paths.ts";

/** argv of the browser; undefined where there is no display to show it on. `$BROWSER` may hold `%s` for the address. */
export function browserCommand(url: string, env: Environment, platform: NodeJS.Platform): string[] | undefined {
  const named = env["BROWSER"]?.split(":")[0]?.trim();
  if (named) {
    const words = named.split(/\s+/);
    return words.includes("%s") ? words.map((word) => (word === "%s" ? url : word)) : [...words, url];
  }
  if (platform === "darwin") return ["open", url];
  if (platform === "win32") return ["rundll32", "url.dll,FileProtocolHandler", url];
  return hasDisplay(env) ? ["xdg-open", url] : undefined;
}

/** False over SSH: the browser at the other end cannot come back to this machine. */
export function canShowPages(env: Environment, platform: NodeJS.Platform): boolean {
  const isRemote = Boolean(env["SSH_CONNECTION"]) && !env["BROWSER"];
  return !isRemote && browserCommand("", env, platform) !== undefined;
}

function hasDisplay(env: Environment): boolean {
  return Boolean(env["DISPLAY"] || env["WAYLAND_DISPLAY"]);
}
