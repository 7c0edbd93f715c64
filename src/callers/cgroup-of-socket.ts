// Of other users' processes we may not see the descriptors. But the kernel tells the cgroup that a connection was made in,
// by its number, which is that of its folder: sock_diag with cgroups of version 2, Linux 5.9 and later.
import { existsSync, readdirSync, statSync } from "node:fs";
import type { Libc } from "../sys/libc.ts";
import { containerCgroups } from "./container-process.ts";
import { type Connection, destinationsOf } from "./find-caller.ts";
import { openSockDiag } from "./sock-diag.ts";

/**
 * Whether the connection comes out of a container's cgroup that is not ours; false where the system does not tell, or
 * where we do not see that cgroup since we are in a container ourselves.
 */
export type CgroupCheck = (peer: Connection) => boolean;

// Beside version 1 it is the second.
const MOUNTS = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] as const;
const MOST_REMEMBERED = 1024;

export function createCgroupCheck(libc: Libc, ownCgroups: string): CgroupCheck {
  const ours = new Set(containerCgroups(ownCgroups));
  const sockDiag = openSockDiag(libc);
  // A number is never used again while the machine runs.
  const known = new Map<number, boolean>();

  const judge = (id: number): boolean => {
    const mount = MOUNTS.find((folder) => existsSync(`${folder}/cgroup.controllers`));
    if (mount === undefined) return false;
    const path = pathOfCgroup(mount, id);
    return path !== undefined && containerCgroups(`0::${path}`).some((container) => !ours.has(container));
  };
  return (peer) => {
    if (sockDiag === undefined) return false;
    for (const destination of destinationsOf(peer)) {
      const id = sockDiag.cgroupOf(peer, destination);
      if (id === undefined) continue;
      const isContainer = known.get(id) ?? judge(id);
      if (known.size >= MOST_REMEMBERED) known.clear();
      known.set(id, isContainer);
      return isContainer;
    }
    return false;
  };
}

/** The path below the mount, by a walk through all cgroups: some milliseconds, once for each. */
export function pathOfCgroup(mount: string, id: number): string | undefined {
  const waiting = [""];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    try {
      if (statSync(mount + path).ino === id) return path === "" ? "/" : path;
      for (const entry of readdirSync(mount + path, { withFileTypes: true })) {
        if (entry.isDirectory()) waiting.push(`${path}/${entry.name}`);
      }
    } catch {
      // Ended meanwhile.
    }
  }
  return undefined;
}
