// From a connection that arrived to the uid and socket at its other end. Synchronous, microseconds.

import type { Libc } from "../sys/libc.ts";
import type { Endpoint } from "./address.ts";
import type { Libproc, PidOwner } from "./libproc.ts";
import { findInTables, type SocketTables } from "./proc-net.ts";
import { readSocketTables } from "./process.ts";
import { openSockDiag, type SocketOwner } from "./sock-diag.ts";

/** A connection as the listener sees it: its other end, and the local one it reached. */
export type Connection = { address: string; port: number; localAddress: string; localPort: number };

/**
 * Linux tells the socket, macOS the process. Nothing at all is another machine, another network namespace, a client that
 * closed already, and on macOS another user's process.
 */
export type Caller = SocketOwner | PidOwner | { uid: undefined; inode: undefined; pid?: undefined; name?: undefined };

export type CallerFinder = (peer: Connection) => Caller;

type Deps = {
  platform: NodeJS.Platform;
  libc: Libc | undefined;
  libproc?: Libproc | undefined;
  readTables?: () => SocketTables;
};

// The metadata service first, which is asked most; then the agents of ECS and EKS.
const EMULATED = ["169.254.169.254", "169.254.170.2", "169.254.170.23"].map((address) => ({ address, port: 80 }));
const EMULATED_IPV6 = ["fd00:ec2::254", "fd00:ec2::23"].map((address) => ({ address, port: 80 }));

const UNKNOWN: Caller = { uid: undefined, inode: undefined };

/** `none`: this system has no source for a peer's uid, so its absence says nothing about the peer. */
export function callerIdentity(platform: NodeJS.Platform): "kernel" | "none" {
  return platform === "linux" || platform === "darwin" ? "kernel" : "none";
}

export function createCallerFinder({ platform, libc, libproc, readTables = readSocketTables }: Deps): CallerFinder {
  if (callerIdentity(platform) === "none") return () => UNKNOWN;
  if (platform === "darwin") {
    return (peer) => first(destinationsOf(peer), (destination) => libproc?.find(peer, destination)) ?? UNKNOWN;
  }
  const sockDiag = libc === undefined ? undefined : openSockDiag(libc);
  // Without the kernel's tcp_diag module every answer is "no such socket": our own listener tells that from a true one.
  let answers: boolean | undefined = sockDiag === undefined ? false : undefined;

  return (peer) => {
    const dialled = destinationsOf(peer);
    if (sockDiag !== undefined && answers !== false) {
      const found = first(dialled, (destination) => sockDiag.find(peer, destination));
      if (found !== undefined) {
        answers = true;
        return found;
      }
      answers ??= sockDiag.hasListener({ address: peer.localAddress, port: peer.localPort });
      if (answers) return UNKNOWN;
    }
    const tables = readTables();
    return first(dialled, (destination) => findInTables(tables, peer, destination)) ?? UNKNOWN;
  };
}

/**
 * What the client may have dialled. The end that it reached comes first: somebody who dials us directly from
 * 169.254.169.254 must not be taken for the owner of a redirected connection from the same port.
 */
export function destinationsOf(peer: Connection): readonly Endpoint[] {
  const direct = { address: peer.localAddress, port: peer.localPort };
  const isIpv6 = peer.localAddress.includes(":") && !peer.localAddress.includes(".");
  return [direct, ...(isIpv6 ? EMULATED_IPV6 : EMULATED)];
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
