// An end of a connection, and its address as the kernel's interfaces want it.

import { isIPv4, isIPv6 } from "node:net";

export type Endpoint = { address: string; port: number };

/** 4 or 16 bytes in network order. A v4-mapped IPv6 address is the IPv4 address it stands for. */
export function addressBytes(address: string): Uint8Array | undefined {
  if (isIPv4(address)) return Uint8Array.from(address.split("."), Number);
  const bare = address.split("%", 1)[0] ?? "";
  if (!isIPv6(bare)) return undefined;
  const bytes = ipv6Bytes(bare);
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return mapped ? bytes.slice(12) : bytes;
}

function ipv6Bytes(address: string): Uint8Array {
  const [head = "", tail] = address.split("::");
  const before = groups(head);
  const after = groups(tail ?? "");
  const gap = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return Uint8Array.from([...before, ...gap, ...after].flatMap((group) => [group >> 8, group & 0xff]));
}

// A last part in dotted form stands for two groups (RFC 4291, 2.2).
function groups(part: string): number[] {
  if (part === "") return [];
  return part.split(":").flatMap((word) => {
    if (!word.includes(".")) return [Number.parseInt(word, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = word.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
