// What this process may do without being root.
import { readFileSync } from "node:fs";

// linux/capability.h
const CAP_NET_ADMIN = 12n;

/** As a system service has it that systemd started with AmbientCapabilities=CAP_NET_ADMIN. */
export function hasNetAdmin(platform: NodeJS.Platform): boolean {
  if (platform !== "linux") return false;
  try {
    return mayAdministerNetworks(readFileSync("/proc/self/status", "latin1"));
  } catch {
    return false;
  }
}

/**
 * `status` is the text of proc(5)'s file of that name. Only the ambient set reaches the shell and the tools that are
 * started for the redirect.
 */
export function mayAdministerNetworks(status: string): boolean {
  const ambient = /^CapAmb:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
  return ((BigInt(`0x${ambient}`) >> CAP_NET_ADMIN) & 1n) === 1n;
}
