// The text of /proc/net/tcp and /proc/net/tcp6 (Documentation/networking/proc_net_tcp.rst of the Linux kernel).
// The slow way to a socket's owner, tens of milliseconds on a busy machine: used where netlink does not answer.

import { addressBytes, type Endpoint } from "./address.ts";
import type { SocketOwner } from "./sock-diag.ts";

/** A Java client's IPv4 connection is an IPv6 socket and only in `tcp6`, so both are always needed. */
export type SocketTables = { tcp: string; tcp6: string };

const LISTEN = "0A";
const ROW =
  /^ *\d+: ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]+:[0-9A-F]{4}) ([0-9A-F]{2}) \S+ \S+ \S+ +(\d+) +\d+ +(\d+)(?: |$)/gm;

type Row = SocketOwner & { local: string; remote: string; state: string };

/** The held-open socket from `source` to `destination`. Rows without an inode are closed ones: their uid means nothing. */
export function findInTables(tables: SocketTables, source: Endpoint, destination: Endpoint): SocketOwner | undefined {
  const from = columns(source);
  const to = columns(destination);
  for (const { local, remote, state, uid, inode } of rowsOf(tables)) {
    if (!from.includes(local) || !to.includes(remote) || state === LISTEN || inode === 0) continue;
    return { uid, inode };
  }
  return undefined;
}

/** Who listens at one of these addresses. 0.0.0.0 and :: are addresses of their own here: those of every address. */
export function findListener(
  tables: SocketTables,
  port: number,
  addresses: readonly string[],
): SocketOwner | undefined {
  const places = addresses.flatMap((address) => columns({ address, port }));
  for (const { local, state, uid, inode } of rowsOf(tables)) {
    if (state === LISTEN && places.includes(local)) return { uid, inode };
  }
  return undefined;
}

function* rowsOf(tables: SocketTables): Generator<Row> {
  for (const text of [tables.tcp, tables.tcp6]) {
    for (const [, local = "", remote = "", state = "", uid = "", inode = ""] of text.matchAll(ROW)) {
      yield { local, remote, state, uid: Number(uid), inode: Number(inode) };
    }
  }
}

/** The ways an end is written: an IPv4 one also as a v4-mapped IPv6 address. */
function columns({ address, port }: Endpoint): readonly string[] {
  const bytes = addressBytes(address);
  if (bytes === undefined) return [];
  const end = `${hex(words(bytes))}:${port.toString(16).padStart(4, "0").toUpperCase()}`;
  return bytes.length === 4 ? [end, `0000000000000000FFFF0000${end}`] : [end];
}

// Each 32-bit word is printed as a number of this machine, and all machines that we build for are little-endian.
function words(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true));
}

function hex(numbers: readonly number[]): string {
  return numbers.map((number) => number.toString(16).padStart(8, "0").toUpperCase()).join("");
}
