// The calls that Bun has no API for: who is at the other end of a connection is only known to the kernel.

import { openCLibrary } from "./c-library.ts";

export type Libc = {
  socket(domain: number, type: number, protocol: number): number;
  /** Bytes sent, or -1. */
  send(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  /** One datagram to an address in the kernel's form: bytes sent, or -1. */
  sendto(fd: number, bytes: Uint8Array, length: number, flags: number, address: Uint8Array, size: number): number;
  /** Bytes received, or -1. */
  recv(fd: number, buffer: Uint8Array, length: number, flags: number): number;
  /** `value` and `length` are both written to. 0, or -1. */
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  /** 0, or -1. */
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  /** Where a link in that folder leads: the length of what was written to `target`, or -1. `name` ends with a zero. */
  readlinkat(folder: number, name: Uint8Array, target: Uint8Array, size: number): number;
  /** Of whole pages. 0, or -1. */
  madvise(address: bigint, length: bigint, advice: number): number;
  close(fd: number): number;
  /** `limit` holds the soft and the hard one, 8 bytes each. 0, or -1. */
  setrlimit(resource: number, limit: Uint8Array): number;
};

const SIGNATURES = {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  send: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  sendto: { args: ["i32", "ptr", "u64", "i32", "ptr", "u32"], returns: "i64" },
  recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  getsockopt: { args: ["i32", "i32", "i32", "ptr", "ptr"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  readlinkat: { args: ["i32", "ptr", "ptr", "u64"], returns: "i64" },
  madvise: { args: ["u64", "u64", "i32"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
  setrlimit: { args: ["i32", "ptr"], returns: "i32" },
} as const;

/** To be called once per process. Undefined on systems that are not Linux and where no C library can be loaded. */
export function openLibc(platform: NodeJS.Platform = process.platform): Libc | undefined {
  const symbols = platform === "linux" ? openCLibrary(SIGNATURES, platform) : undefined;
  if (symbols === undefined) return undefined;
  return {
    socket: (domain, type, protocol) => symbols.socket(domain, type, protocol),
    // An array is turned into an address at each call: the engine moves small arrays, so a kept address goes stale.
    send: (fd, bytes, length, flags) => Number(symbols.send(fd, bytes, length, flags)),
    sendto: (fd, bytes, length, flags, address, size) =>
      Number(symbols.sendto(fd, bytes, length, flags, address, size)),
    recv: (fd, buffer, length, flags) => Number(symbols.recv(fd, buffer, length, flags)),
    getsockopt: (fd, level, option, value, length) => symbols.getsockopt(fd, level, option, value, length),
    setsockopt: (fd, level, option, value, length) => symbols.setsockopt(fd, level, option, value, length),
    readlinkat: (folder, name, target, size) => Number(symbols.readlinkat(folder, name, target, size)),
    madvise: (address, length, advice) => symbols.madvise(address, length, advice),
    close: (fd) => symbols.close(fd),
    setrlimit: (resource, limit) => symbols.setrlimit(resource, limit),
  };
}
