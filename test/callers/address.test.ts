import { describe, expect, test } from "bun:test";
import { addressBytes } from "../../src/callers/address.ts";

describe("bytes of", () => {
  test.each([
    ["127.0.0.1", "7f000001"],
    ["169.254.169.254", "a9fea9fe"],
    ["::", "00000000000000000000000000000000"],
    ["::1", "00000000000000000000000000000001"],
    ["fd00:ec2::254", "fd000ec2000000000000000000000254"],
    ["2001:db8:1:2:3:4:5:6", "20010db8000100020003000400050006"],
    ["fe80::1%lo", "fe800000000000000000000000000001"],
    ["::ffff:127.0.0.1", "7f000001"],
    ["::ffff:7f00:1", "7f000001"],
    ["64:ff9b::192.0.2.1", "0064ff9b0000000000000000c0000201"],
    ["", undefined],
    ["127.0.0.1:80", undefined],
    ["localhost", undefined],
    ["1::2::3", undefined],
  ])("%s", (address, hex) => {
    const bytes = addressBytes(address);
    expect(bytes && Buffer.from(bytes).toString("hex")).toBe(hex);
  });
});
