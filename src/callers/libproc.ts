// macOS: from a connection to the process that holds its other end, by libproc. A program may look into those of its own
// user, and root into all, so that another user's process is not found: its caller stays unknown, and is refused.
// Layouts: struct proc_fdinfo, socket_fdinfo and proc_bsdinfo of XNU's bsd/sys/proc_info.h, 64 bit. Never run on a Mac so far.

import type { LibSystem } from "../sys/libsystem.ts";
import { addressBytes, type Endpoint } from "./address.ts";

/** `isOwn`: whether it is this very process or was started by it, for which others are looked up. */
export type PidOwner = { uid: number; inode?: undefined; pid: number; name: string; isOwn(): boolean };

export type Libproc = {
  /** The process whose socket has `source` as its own end and `destination` as the other. */
  find(source: Endpoint, destination: Endpoint): PidOwner | undefined;
};

export type TcpSocket = { local: TcpEnd; remote: TcpEnd; isListening: boolean };
export type TcpEnd = { address: Uint8Array; port: number };
export type ProcessInfo = { pid: number; parent: number; uid: number; name: string };

const PROC_ALL_PIDS = 1;
const PROC_PIDLISTFDS = 1;
const PROC_PIDTBSDINFO = 3;
const PROC_PIDFDSOCKETINFO = 3;
const PROX_FDTYPE_SOCKET = 2;
const SOCKINFO_TCP = 2;
const INI_IPV4 = 1;
const TSI_S_LISTEN = 1;
const FDINFO_BYTES = 8;
const BSDINFO_BYTES = 136;
const SOCKET_FDINFO_BYTES = 792;
const SOI_KIND = 256;
const SOI_PROTO = 264;
// Processes come and go between two calls.
const SPARE = 64;
const MOST_ANCESTORS = 256;
// Programs that ask often, so that not every process has to be looked into each time.
const RECENT_KEPT = 4;

export function openLibproc(system: LibSystem, self = process.pid): Libproc {
  const processInfo = (pid: number) => {
    const bytes = bytesOf(BSDINFO_BYTES);
    const length = system.proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, bytes, BSDINFO_BYTES);
    return decodeProcess(bytes.subarray(0, Math.max(0, length)));
  };
  // Newest first, as far as numbers tell: most clients have just been started.
  const pids = () =>
    numbers(grown((buffer) => system.proc_listpids(PROC_ALL_PIDS, 0, buffer, buffer.length))).toSorted((a, b) => b - a);
  const descriptors = (pid: number) =>
    decodeDescriptors(grown((buffer) => system.proc_pidinfo(pid, PROC_PIDLISTFDS, 0, buffer, buffer.length)));
  const socket = bytesOf(SOCKET_FDINFO_BYTES);
  let recent: readonly number[] = [];
  const socketOf = (pid: number, fd: number) => {
    const length = system.proc_pidfdinfo(pid, fd, PROC_PIDFDSOCKETINFO, socket, SOCKET_FDINFO_BYTES);
    return decodeTcpSocket(socket.subarray(0, Math.max(0, length)));
  };
  const isOwn = (pid: number) => {
    for (let at = pid, steps = 0; at > 1 && steps < MOST_ANCESTORS; steps++) {
      if (at === self) return true;
      at = processInfo(at)?.parent ?? 0;
    }
    return false;
  };
  return {
    find(source, destination) {
      const holds = (pid: number) => descriptors(pid).some((fd) => isBetween(socketOf(pid, fd), source, destination));
      const pid = recent.find(holds) ?? pids().find(holds);
      const info = pid === undefined ? undefined : processInfo(pid);
      if (info === undefined) return undefined;
      recent = [info.pid, ...recent.filter((other) => other !== info.pid)].slice(0, RECENT_KEPT);
      return { uid: info.uid, pid: info.pid, name: info.name, isOwn: () => isOwn(info.pid) };
    },
  };
}

/** struct socket_fdinfo. Undefined for what is no TCP socket, or too short to be one. */
export function decodeTcpSocket(bytes: Uint8Array): TcpSocket | undefined {
  if (bytes.length < SOCKET_FDINFO_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getInt32(SOI_KIND, true) !== SOCKINFO_TCP) return undefined;
  // struct in_sockinfo: ports are ints that hold 16 bits in network order; an IPv4 address is the last of four words.
  const isV4 = (view.getUint8(SOI_PROTO + 24) & INI_IPV4) !== 0;
  const end = (port: number, address: number): TcpEnd => ({
    port: view.getUint16(SOI_PROTO + port),
    address: bytes.slice(SOI_PROTO + address + (isV4 ? 12 : 0), SOI_PROTO + address + 16),
  });
  const state = view.getInt32(SOI_PROTO + 80, true);
  return { remote: end(0, 32), local: end(4, 48), isListening: state === TSI_S_LISTEN };
}

/** The sockets among an array of struct proc_fdinfo. */
export function decodeDescriptors(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / FDINFO_BYTES) }, (_, index) => index * FDINFO_BYTES)
    .filter((at) => view.getUint32(at + 4, true) === PROX_FDTYPE_SOCKET)
    .map((at) => view.getInt32(at, true));
}

/** struct proc_bsdinfo. */
export function decodeProcess(bytes: Uint8Array): ProcessInfo | undefined {
  if (bytes.length < BSDINFO_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number, length: number) =>
    Buffer.from(bytes.subarray(at, at + length))
      .toString("latin1")
      .replace(/\0.*$/s, "");
  return {
    pid: view.getUint32(12, true),
    parent: view.getUint32(16, true),
    uid: view.getUint32(20, true),
    // pbi_name, which holds twice as much as pbi_comm and may be empty.
    name: text(64, 32) || text(48, 16),
  };
}

// --- internal ---

// A Java client's IPv4 connection is an IPv6 socket with a v4-mapped address.
function isBetween(socket: TcpSocket | undefined, source: Endpoint, destination: Endpoint): boolean {
  return (
    socket !== undefined && !socket.isListening && isEnd(socket.local, source) && isEnd(socket.remote, destination)
  );
}

function isEnd({ address, port }: TcpEnd, wanted: Endpoint): boolean {
  const bytes = addressBytes(wanted.address);
  if (bytes === undefined || port !== wanted.port) return false;
  const same = (mine: Uint8Array) => mine.length === bytes.length && mine.every((byte, index) => byte === bytes[index]);
  return same(address) || (isMapped(address) && same(address.subarray(12)));
}

function isMapped(address: Uint8Array): boolean {
  return (
    address.length === 16 &&
    address.subarray(0, 10).every((byte) => byte === 0) &&
    address[10] === 0xff &&
    address[11] === 0xff
  );
}

// On an array buffer of its own: storage inside the garbage-collected heap moves.
function bytesOf(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length));
}

// What does not fit is cut off without a word, so a buffer that is nearly full was too small.
function grown(fill: (buffer: Uint8Array) => number): Uint8Array {
  for (let size = 4096; ; size *= 2) {
    const buffer = bytesOf(size);
    const length = fill(buffer);
    if (length <= 0) return new Uint8Array();
    if (length <= size - SPARE || size > 16_777_216) return buffer.subarray(0, length);
  }
}

function numbers(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => view.getInt32(index * 4, true));
}
