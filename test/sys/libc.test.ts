import { describe, expect, test } from "bun:test";
import { openLibc } from "../../src/sys/libc.ts";
import { requireTools } from "../support/require-tools.ts";

test.each(["darwin", "win32"] as const)("%s: none", (platform) => {
  expect(openLibc(platform)).toBeUndefined();
});

describe.skipIf(!requireTools([], { platform: "linux" }))("on Linux", () => {
  test("calls return what the C library says", () => {
    const libc = openLibc();
    if (libc === undefined) throw new Error("no C library");
    // AF_NETLINK, SOCK_DGRAM, NETLINK_USERSOCK; MSG_DONTWAIT.
    const fd = libc.socket(16, 2, 2);
    expect(fd).toBeGreaterThan(2);
    expect(libc.recv(fd, new Uint8Array(16), 16, 0x40)).toBe(-1);
    expect(libc.close(fd)).toBe(0);
    expect(libc.close(fd)).toBe(-1);
    expect(libc.socket(-1, 0, 0)).toBe(-1);
  });
});
