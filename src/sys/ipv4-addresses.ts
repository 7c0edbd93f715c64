// This machine's IPv4 addresses with their interfaces, also of a bridge that nothing is plugged into yet, which
// os.networkInterfaces() leaves out. Layouts: linux/rtnetlink.h and linux/if_addr.h.
import { type Libc } from "./libc.ts";

export type Ipv4Address = { name: string; address: string; prefix: number };

const AF_NETLINK = 16;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const NETLINK_ROUTE = 0;
const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;
const NLM_F_REQUEST_DUMP = 1 | 0x300;
const AF_INET = 2;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const MSG_DONTWAIT = 0x40;
const HEADER_BYTES = 16;
const REQUEST_BYTES = 24;
const ATTRIBUTES_AT = 24;
const MOST_BYTES = 65_536;

/** Tens of microseconds. Undefined where the system does not tell. */
export function ipv4Addresses(libc: Libc): readonly Ipv4Address[] | undefined {
  const fd = libc.socket(AF_NETLINK, SOCK_DGRAM_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return undefined;
  try {
    const request = new DataView(new ArrayBuffer(REQUEST_BYTES));
    request.setUint32(0, REQUEST_BYTES, true);
    request.setUint16(4, RTM_GETADDR, true);
    request.setUint16(6, NLM_F_REQUEST_DUMP, true);
    request.setUint8(HEADER_BYTES, AF_INET);
    if (libc.send(fd, new Uint8Array(request.buffer), REQUEST_BYTES, 0) !== REQUEST_BYTES) return undefined;
    const found: Ipv4Address[] = [];
    const answer = new Uint8Array(new ArrayBuffer(MOST_BYTES));
    // The kernel answers within the call: nothing is waited for.
    for (let isMore = true; isMore;) {
      const length = libc.recv(fd, answer, MOST_BYTES, MSG_DONTWAIT);
      const rows = length < HEADER_BYTES ? [] : parseAddresses(new DataView(answer.buffer, 0, length));
      found.push(...rows);
      isMore = rows.length > 0;
    }
    return found;
  } finally {
    libc.close(fd);
  }
}

/** One datagram of the answer; empty at its end. */
export function parseAddresses(datagram: DataView): readonly Ipv4Address[] {
  const found: Ipv4Address[] = [];
  for (let at = 0; at + HEADER_BYTES <= datagram.byteLength;) {
    const length = datagram.getUint32(at, true);
    if (length < HEADER_BYTES || at + length > datagram.byteLength) break;
    const row = datagram.getUint16(at + 4, true) === RTM_NEWADDR ? rowOf(datagram, at, at + length) : undefined;
    if (row !== undefined) found.push(row);
    at += aligned(length);
  }
  return found;
}

function rowOf(datagram: DataView, start: number, end: number): Ipv4Address | undefined {
  let address: string | undefined;
  let name: string | undefined;
  for (let at = start + ATTRIBUTES_AT; at + 4 <= end;) {
    const length = datagram.getUint16(at, true);
    if (length < 4 || at + length > end) return undefined;
    const value = new Uint8Array(datagram.buffer, datagram.byteOffset + at + 4, length - 4);
    const kind = datagram.getUint16(at + 2, true);
    if (kind === IFA_LOCAL && value.length === 4) address = value.join(".");
    if (kind === IFA_LABEL) name = Buffer.from(value).toString("latin1").replace(/\0.*$/s, "");
    at += aligned(length);
  }
  const prefix = datagram.getUint8(start + HEADER_BYTES + 1);
  return address === undefined || name === undefined ? undefined : { name, address, prefix };
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}
