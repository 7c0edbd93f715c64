import { expect, test } from "bun:test";
import { ipv4Addresses, parseAddresses } from "../../src/sys/ipv4-addresses.ts";
import { openLibc } from "../../src/sys/libc.ts";
import { requireTools } from "../support/require-tools.ts";

const libc = openLibc();

test.skipIf(!requireTools([], { platform: "linux" }))("this machine has its loopback address", () => {
  expect(libc && ipv4Addresses(libc)).toContainEqual({ name: "lo", address: "127.0.0.1", prefix: 8 });
});

test("a system without such sockets tells nothing", () => {
  expect(libc && ipv4Addresses({ ...libc, socket: () => -1 })).toBeUndefined();
});

test.each([
  ["nothing", []],
  ["a header alone", [...bytes32(16), 20, 0]],
  ["a length beyond the end", [...bytes32(400), 20, 0, ...zeros(40)]],
  ["a length of nothing", [...bytes32(0), 20, 0, ...zeros(40)]],
  ["an attribute beyond the end", [...bytes32(28), 20, 0, ...zeros(10), 2, 16, 0, 0, ...zeros(4), 200, 0, 2, 0]],
])("broken: %s", (_, bytes) => {
  expect(parseAddresses(new DataView(Uint8Array.from(bytes).buffer))).toEqual([]);
});

function bytes32(number: number): number[] {
  return [number & 0xff, number >> 8, 0, 0];
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}
