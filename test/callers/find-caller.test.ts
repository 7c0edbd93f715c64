import { describe, expect, test } from "bun:test";
import { callerIdentity, createCallerFinder } from "../../src/callers/find-caller.ts";
import { type Libc, openLibc } from "../../src/sys/libc.ts";
import { requireTools } from "../support/require-tools.ts";
import { descriptorOf, dial, inodeOf, listen } from "./loopback.ts";

const uid = process.getuid?.() ?? -1;
const unknown = { uid: undefined, inode: undefined };
const noTables = () => ({ tcp: "", tcp6: "" });
const mustNotRead = () => {
  throw new Error("the slow way was taken");
};

// As without the kernel's tcp_diag module: questions are taken, every answer is an error message.
const withoutModule = (libc: Libc): Libc => ({
  ...libc,
  recv(fd, buffer, length, flags) {
    const received = libc.recv(fd, buffer, length, flags);
    if (received >= 16) new DataView(buffer.buffer).setUint16(4, 2, true);
    return received;
  },
});

test.each([
  ["linux", "kernel"],
  ["darwin", "kernel"],
  ["win32", "none"],
] as const)("%s: %s", (platform, expected) => {
  expect(callerIdentity(platform)).toBe(expected);
});

test.each(["darwin", "win32"] as const)("%s: nobody is known, and nothing is read", (platform) => {
  const find = createCallerFinder({ platform, libc: undefined, readTables: mustNotRead });
  expect(find({ address: "127.0.0.1", port: 1, localAddress: "127.0.0.1", localPort: 2 })).toEqual(unknown);
});

const libc = openLibc();

describe.skipIf(!requireTools([], { platform: "linux" }) || libc === undefined)("on Linux", () => {
  if (libc === undefined) return;

  test.each([
    ["by netlink", { libc, readTables: mustNotRead }],
    ["by /proc, without a C library", { libc: undefined }],
    ["by /proc, without a netlink socket", { libc: { ...libc, socket: () => -1 } }],
    ["by /proc, without the kernel's module", { libc: withoutModule(libc) }],
  ])("a direct client is found %s", async (_, deps) => {
    const find = createCallerFinder({ platform: "linux", ...deps });
    for (const address of ["127.0.0.1", "::1"]) {
      using listening = listen("::");
      const client = await dial(address, listening.port);
      const { peer } = await listening.next();
      expect(find(peer)).toEqual({ uid, inode: inodeOf(descriptorOf(client)) });
    }
  });

  test("a client that is not here is unknown, without a look into /proc", () => {
    using listening = listen();
    const find = createCallerFinder({ platform: "linux", libc, readTables: mustNotRead });
    const peer = { address: "192.0.2.1", port: 4096, localAddress: "127.0.0.1", localPort: listening.port };
    expect(find(peer)).toEqual(unknown);
    expect(find(peer)).toEqual(unknown);
  });

  const row = (local: string, remote: string, owner: number) =>
    `   0: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  ${owner}        0 48003 2 0 20 4 30 10 -1\n`;
  const redirected = row("FEA9FEA9:1000", "FEA9FEA9:0050", 1001);
  const direct = row("FEA9FEA9:1000", "0100007F:64AC", 1002);

  test.each([
    ["a redirected client", redirected, { uid: 1001, inode: 48003 }],
    ["one that dials directly from the same end is itself", redirected + direct, { uid: 1002, inode: 48003 }],
    ["neither", "", unknown],
  ])("%s", (_, tcp, expected) => {
    const readTables = () => ({ ...noTables(), tcp });
    const find = createCallerFinder({ platform: "linux", libc: undefined, readTables });
    const peer = { address: "169.254.169.254", port: 4096, localAddress: "127.0.0.1", localPort: 25772 };
    expect(find(peer)).toEqual(expected);
  });

  test("a redirected client over IPv6", () => {
    const line = row("C20E00FD000000000000000054020000:1000", "C20E00FD000000000000000054020000:0050", 1003);
    const readTables = () => ({ ...noTables(), tcp6: line });
    const find = createCallerFinder({ platform: "linux", libc: undefined, readTables });
    const peer = { address: "fd00:ec2::254", port: 4096, localAddress: "::1", localPort: 25772 };
    expect(find(peer)).toEqual({ uid: 1003, inode: 48003 });
  });
});
