// Which proxy the config names for a request. What the environment says is for `fetch` itself, and wins.
import type { Environment } from "../paths.ts";

// Never through a proxy: this machine, and what only it can reach (RFC 1122 3.2.1.3, RFC 3927, RFC 4291 2.5.3).
const LOCAL = /^(localhost|127(\.\d+){3}|169\.254(\.\d+){2}|\[::1\])$/;

/** An address that no proxy can reach for this machine, whatever the environment says: a metadata service's. */
export function isLinkLocal({ hostname }: URL): boolean {
  return /^169\.254(\.\d+){2}$/.test(hostname);
}

/** The `[network] proxy` for this URL; undefined where the environment names one, or where none is wanted. */
export function configuredProxy(url: URL, env: Environment, proxy: string | undefined): string | undefined {
  const name = url.protocol === "https:" ? "https_proxy" : "http_proxy";
  if (!proxy || env[name] || env[name.toUpperCase()]) return undefined;
  if (LOCAL.test(url.hostname) || isExempt(url, env["no_proxy"] || env["NO_PROXY"] || "")) return undefined;
  return proxy;
}

// As curl reads it: names with their subdomains, with or without a dot or a port, addresses as they are, or a star.
function isExempt({ hostname, port, protocol }: URL, noProxy: string): boolean {
  const dialled = port || (protocol === "https:" ? "443" : "80");
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      if (entry === "*") return true;
      const [, name = "", entryPort] = /^\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (entryPort !== undefined && entryPort !== dialled) return false;
      return hostname === name || hostname.endsWith(`.${name}`);
    });
}
