import { expect, test } from "bun:test";
import { mayAdministerNetworks } from "../../src/sys/capabilities.ts";

test.each([
  ["CapEff:\t000001ffffffffff\nCapAmb:\t0000000000000000\n", false],
  ["CapEff:\t0000000000001000\nCapAmb:\t0000000000001000\n", true],
  ["CapAmb:\t0000000000002400\n", false],
  ["Name:\tmetacred\n", false],
])("%j: %p", (status, may) => {
  expect(mayAdministerNetworks(status)).toBe(may);
});
