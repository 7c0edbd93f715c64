// sd_notify(3): a datagram to the service manager's socket. Bun has no datagrams on Unix sockets.
import type { Libc } from "./libc.ts";
import { oneLine } from "../one-line.ts";

export type Notify = (...assignments: readonly string[]) => boolean;

// socket.h and un.h of Linux.
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 0o2000002;
const MSG_NOSIGNAL = 0x4000;
const LONGEST_PATH = 107;

/** A function that tells `READY=1` and the like; without a service manager it does nothing. Never throws. */
export function createNotify(libc: Libc | undefined, socketName: string | undefined): Notify {
  const address = libc === undefined ? undefined : unixAddress(socketName);
  if (libc === undefined || address === undefined) return () => false;
  return (...assignments) => {
    const fd = libc.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (fd < 0) return false;
    // Each assignment is a line: a second line in one would be another assignment.
    const bytes = new TextEncoder().encode(`${assignments.map(oneLine).join("\n")}\n`);
    const sent = libc.sendto(fd, bytes, bytes.length, MSG_NOSIGNAL, address, address.length);
    libc.close(fd);
    return sent === bytes.length;
  };
}

/** sockaddr_un of a path, or of a name in the abstract namespace, which begins with `@`; undefined for anything else. */
export function unixAddress(name: string | undefined): Uint8Array | undefined {
  if (name === undefined || !/^[/@]./s.test(name)) return undefined;
  const path = new TextEncoder().encode(name.startsWith("@") ? `\0${name.slice(1)}` : name);
  if (path.length > LONGEST_PATH) return undefined;
  const address = new Uint8Array(2 + path.length);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(path, 2);
  return address;
}
