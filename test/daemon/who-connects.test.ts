import { expect, test } from "bun:test";
import { whoConnects } from "../../src/daemon/who-connects.ts";

const peer = { address: "127.0.0.1", port: 1, localAddress: "127.0.0.1", localPort: 2, fd: undefined };

test.each([
  ["linux", 1000, "own"],
  ["linux", 0, "own"],
  ["linux", 1001, "other"],
  ["linux", undefined, "unknown"],
  ["darwin", undefined, "unknown"],
  ["win32", undefined, "own"],
] as const)("on %s one of uid %p is %s", (platform, uid, who) => {
  const caller = uid === undefined ? { uid, inode: undefined } : { uid, inode: 1 };
  expect(whoConnects({ platform, uid: 1000 }, () => caller)(peer)).toBe(who);
});
