// Two listeners of one user on one port: which of them the kernel gives new connections to.
import { ptr } from "bun:ffi";
import type { Libc } from "./libc.ts";

// asm-generic/socket.h and linux/bpf_common.h.
const SOL_SOCKET = 1;
const SO_ATTACH_REUSEPORT_CBPF = 51;
const BPF_RET_K = 0x06;

/**
 * From now on every new connection goes to the second of two listeners, so that the first can end without resetting
 * what the kernel had dealt out to it already. A program that only returns an index; needs no privilege. Once the
 * first is gone that index is out of range and the kernel falls back to the one that is left (socket(7)).
 */
export function preferSecondListener(libc: Libc, fd: number): boolean {
  const code = new Uint8Array(8);
  new DataView(code.buffer).setUint16(0, BPF_RET_K, true);
  new DataView(code.buffer).setUint32(4, 1, true);
  const program = new Uint8Array(16);
  new DataView(program.buffer).setUint16(0, 1, true);
  new DataView(program.buffer).setBigUint64(8, BigInt(ptr(code)), true);
  return libc.setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, program, program.byteLength) === 0;
}
