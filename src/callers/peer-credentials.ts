// Who connected to a Unix socket, as the kernel noted it at connect time: unix(7), SO_PEERCRED; on macOS getpeereid(3).

import type { Libc } from "../sys/libc.ts";
import type { LibSystem } from "../sys/libsystem.ts";

export type PeerCredentials = { pid: number; uid: number; gid: number };
export type Peer = { uid: number; pid?: number };

const SOL_SOCKET = 1;
const SO_PEERCRED = 17;
const UCRED_BYTES = 12;

/** Undefined where `fd` is not a connected Unix socket. */
export function peerCredentials(libc: Libc, fd: number): PeerCredentials | undefined {
  const value = new DataView(new ArrayBuffer(UCRED_BYTES));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, UCRED_BYTES, true);
  const status = libc.getsockopt(
    fd,
    SOL_SOCKET,
    SO_PEERCRED,
    new Uint8Array(value.buffer),
    new Uint8Array(length.buffer),
  );
  if (status !== 0 || length.getUint32(0, true) !== UCRED_BYTES) return undefined;
  const pid = value.getInt32(0, true);
  // Of a socket that is not connected the kernel says pid 0, uid and gid -1.
  if (pid <= 0) return undefined;
  return { pid, uid: value.getUint32(4, true), gid: value.getUint32(8, true) };
}

/** Who is at the other end of a descriptor; macOS tells no pid. Undefined where this system has no way to tell. */
export function peerBy(
  libc: Libc | undefined,
  libSystem: LibSystem | undefined,
): ((fd: number) => Peer | undefined) | undefined {
  if (libc !== undefined) return (fd) => peerCredentials(libc, fd);
  if (libSystem === undefined) return undefined;
  return (fd) => {
    const uid = new DataView(new ArrayBuffer(4));
    const status = libSystem.getpeereid(fd, new Uint8Array(uid.buffer), new Uint8Array(new ArrayBuffer(4)));
    return status === 0 ? { uid: uid.getUint32(0, true) } : undefined;
  };
}
