// macOS's calls that Bun has no API for: who is at the other end of a connection. Never run on a Mac so far.

import { openCLibrary } from "./c-library.ts";

export type LibSystem = {
  /** libproc.h. Each fills `buffer` and gives the bytes written; 0 or less where it may not look, or nothing is there. */
  proc_listpids(type: number, typeinfo: number, buffer: Uint8Array, size: number): number;
  proc_pidinfo(pid: number, flavor: number, argument: number, buffer: Uint8Array, size: number): number;
  proc_pidfdinfo(pid: number, fd: number, flavor: number, buffer: Uint8Array, size: number): number;
  /** getpeereid(3): 0, or -1. Both are written to. */
  getpeereid(fd: number, uid: Uint8Array, gid: Uint8Array): number;
  /** `limit` holds the soft and the hard one, 8 bytes each. 0, or -1. */
  setrlimit(resource: number, limit: Uint8Array): number;
};

const SIGNATURES = {
  proc_listpids: { args: ["u32", "u32", "ptr", "i32"], returns: "i32" },
  proc_pidinfo: { args: ["i32", "i32", "u64", "ptr", "i32"], returns: "i32" },
  proc_pidfdinfo: { args: ["i32", "i32", "i32", "ptr", "i32"], returns: "i32" },
  getpeereid: { args: ["i32", "ptr", "ptr"], returns: "i32" },
  setrlimit: { args: ["i32", "ptr"], returns: "i32" },
} as const;

/** To be called once per process. Undefined on other systems. */
export function openLibSystem(platform: NodeJS.Platform): LibSystem | undefined {
  return platform === "darwin" ? openCLibrary(SIGNATURES, platform) : undefined;
}
