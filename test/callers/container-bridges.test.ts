import { describe, expect, test } from "bun:test";
import { containerBridges, isBehind } from "../../src/callers/container-bridges.ts";

const address = (name: string, of: string, prefix = 16) => ({ name, address: of, prefix });

test.each([
  ["docker0", true],
  ["br-0123456789ab", true],
  ["podman0", true],
  ["podman12", true],
  ["cni-podman0", true],
  ["br-lan", false],
  ["br-0123456789abc", false],
  ["br-0123456789AB", false],
  ["br0", false],
  ["virbr0", false],
  ["lxcbr0", false],
  ["docker0.5", false],
  ["eth0", false],
])("a bridge of containers by its name: %s %p", (name, expected) => {
  expect(containerBridges([address(name, "172.17.0.1")], () => true).length === 1).toBe(expected);
});

test("what has such a name and is no bridge is none", () => {
  expect(containerBridges([address("docker0", "172.17.0.1")], () => false)).toEqual([]);
});

describe("behind a bridge", () => {
  const bridges = [address("docker0", "172.17.0.1"), address("br-0123456789ab", "10.5.4.1", 29)];
  test.each([
    ["172.17.0.2", true],
    ["172.17.255.254", true],
    ["::ffff:172.17.0.2", true],
    ["172.17.0.1", false],
    ["172.18.0.2", false],
    ["10.5.4.2", true],
    ["10.5.4.8", false],
    ["127.0.0.1", false],
    ["169.254.169.254", false],
    ["fd00::2", false],
    ["", false],
  ])("%s %p", (peer, expected) => {
    expect(isBehind(bridges, peer)).toBe(expected);
  });

  test("nobody is where there is none", () => expect(isBehind([], "172.17.0.2")).toBe(false));
});
