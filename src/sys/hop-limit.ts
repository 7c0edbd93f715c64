// How many routers the packets of a socket get past: ip(7) IP_TTL, ipv6(7) IPV6_UNICAST_HOPS. What a listener has its
// connections have, from their first packet on.
import type { Libc } from "./libc.ts";

const IPPROTO_IP = 0;
const IP_TTL = 2;
const IPPROTO_IPV6 = 41;
const IPV6_UNICAST_HOPS = 16;
const SYSTEM_DEFAULT = -1;

/** 0: as the system has it. False where the system refuses. */
export function setHopLimit(libc: Libc, fd: number, family: 4 | 6, hops: number): boolean {
  const value = new DataView(new ArrayBuffer(4));
  value.setInt32(0, hops === 0 ? SYSTEM_DEFAULT : hops, true);
  const [level, option] = family === 4 ? [IPPROTO_IP, IP_TTL] : [IPPROTO_IPV6, IPV6_UNICAST_HOPS];
  return libc.setsockopt(fd, level, option, new Uint8Array(value.buffer), value.byteLength) === 0;
}
