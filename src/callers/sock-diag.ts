// One exact look-up in the kernel's socket table: microseconds, no privilege, however many connections there are.
// Layouts: struct nlmsghdr of linux/netlink.h, inet_diag_req_v2 and inet_diag_msg of linux/inet_diag.h.

import type { Libc } from "../sys/libc.ts";
import { addressBytes, type Endpoint } from "./address.ts";

/** `inode` is never 0: see `find`. */
export type SocketOwner = { uid: number; inode: number; pid?: undefined };

export type SockDiag = {
  /**
   * The socket whose own end is `source` and whose other end is `destination`, while a process holds it open. A closed
   * one in TIME_WAIT or FIN_WAIT2 is reported by the kernel with uid 0 and inode 0: taking that at its word would make
   * root of anybody who closes quickly.
   */
  find(source: Endpoint, destination: Endpoint): SocketOwner | undefined;
  /** The number of the cgroup that the socket was made in. Older kernels do not tell. */
  cgroupOf(source: Endpoint, destination: Endpoint): number | undefined;
  /** Whether the kernel knows of a listener there. For our own it says whether this interface works at all. */
  hasListener(listener: Endpoint): boolean;
  close(): void;
};

const AF_NETLINK = 16;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const NETLINK_SOCK_DIAG = 4;
const MSG_DONTWAIT = 0x40;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST = 1;
const IPPROTO_TCP = 6;
const AF_INET = 2;
const AF_INET6 = 10;
const TCP_LISTEN = 10;
const REQUEST_BYTES = 72;
const HEADER_BYTES = 16;
const SHORTEST_ANSWER_BYTES = 88;
const INET_DIAG_CGROUP_ID = 21;

type Row = SocketOwner & { state: number; length: number };

/** Undefined where the system refuses such a socket. */
export function openSockDiag(libc: Libc): SockDiag | undefined {
  const fd = libc.socket(AF_NETLINK, SOCK_DGRAM_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return undefined;
  const request = requestTemplate();
  // On array buffers of their own: storage inside the garbage-collected heap moves.
  const answer = new DataView(new ArrayBuffer(4096));
  const answerBytes = new Uint8Array(answer.buffer);
  let sequence = 0;

  const ask = (): Row | undefined => {
    // Twice: an answer is lost where the kernel had no memory for it.
    for (let attempt = 0; attempt < 2; attempt++) {
      sequence = (sequence + 1) >>> 0;
      request.view.setUint32(8, sequence, true);
      if (libc.send(fd, request.bytes, REQUEST_BYTES, 0) !== REQUEST_BYTES) continue;
      // The kernel queues its answer before `send` returns, so nothing is waited for. An older question's is passed over.
      let length = libc.recv(fd, answerBytes, answerBytes.length, MSG_DONTWAIT);
      while (length >= HEADER_BYTES && answer.getUint32(8, true) !== sequence) {
        length = libc.recv(fd, answerBytes, answerBytes.length, MSG_DONTWAIT);
      }
      if (length >= HEADER_BYTES) return rowOf(answer, length, request.view);
    }
    return undefined;
  };

  return {
    find(source, destination) {
      if (!address(request, source, destination)) return undefined;
      const row = ask();
      // An exact question falls back to a listener on the source port.
      if (row === undefined || row.state === TCP_LISTEN || row.inode === 0) return undefined;
      return { uid: row.uid, inode: row.inode };
    },
    cgroupOf(source, destination) {
      const row = address(request, source, destination) ? ask() : undefined;
      return row === undefined || row.state === TCP_LISTEN ? undefined : cgroupIn(answer, row.length);
    },
    hasListener(listener) {
      const nobody = { address: addressBytes(listener.address)?.length === 16 ? "::" : "0.0.0.0", port: 0 };
      return address(request, listener, nobody) && ask()?.state === TCP_LISTEN;
    },
    close: () => void libc.close(fd),
  };
}

type Request = { bytes: Uint8Array; view: DataView; from?: string; to?: string };

function requestTemplate(): Request {
  const view = new DataView(new ArrayBuffer(REQUEST_BYTES));
  view.setUint32(0, REQUEST_BYTES, true);
  view.setUint16(4, SOCK_DIAG_BY_FAMILY, true);
  view.setUint16(6, NLM_F_REQUEST, true);
  view.setUint8(17, IPPROTO_TCP);
  // Every state, and no cookie: the question is the two ends alone.
  for (const offset of [20, 64, 68]) view.setUint32(offset, 0xffffffff, true);
  return { bytes: new Uint8Array(view.buffer), view };
}

function address(request: Request, source: Endpoint, destination: Endpoint): boolean {
  request.view.setUint16(24, source.port);
  request.view.setUint16(26, destination.port);
  // Mostly the same two as the last time, and in place already.
  if (source.address === request.from && destination.address === request.to) return true;
  const from = addressBytes(source.address);
  const to = addressBytes(destination.address);
  if (from === undefined || to === undefined || from.length !== to.length) return false;
  request.view.setUint8(16, from.length === 4 ? AF_INET : AF_INET6);
  request.bytes.set(from, 28);
  request.bytes.set(to, 44);
  request.from = source.address;
  request.to = destination.address;
  return true;
}

function rowOf(answer: DataView, length: number, request: DataView): Row | undefined {
  if (length < SHORTEST_ANSWER_BYTES || answer.getUint16(4, true) !== SOCK_DIAG_BY_FAMILY) return undefined;
  if (answer.getUint16(20) !== request.getUint16(24)) return undefined;
  return { state: answer.getUint8(17), uid: answer.getUint32(80, true), inode: answer.getUint32(84, true), length };
}

function cgroupIn(answer: DataView, length: number): number | undefined {
  for (let at = SHORTEST_ANSWER_BYTES; at + 4 <= length;) {
    const size = answer.getUint16(at, true);
    if (size < 4 || at + size > length) return undefined;
    if (answer.getUint16(at + 2, true) === INET_DIAG_CGROUP_ID && size === 12) {
      return answer.getUint32(at + 4, true) + answer.getUint32(at + 8, true) * 2 ** 32;
    }
    at += (size + 3) & ~3;
  }
  return undefined;
}
