// What is looked up of the other end of a connection, and of whose.
import { expect, test } from "bun:test";
import { createCallerOf } from "../../src/daemon/caller-of.ts";

test.each([
  ["the owner's", 1000, 1],
  ["another user's, who is refused anyway", 1001, 0],
])("while base credentials are fetched it is asked whether it is metacred itself: %s", (_, uid, looks) => {
  let asked = 0;
  const callerOf = createCallerOf({
    context: { platform: "linux", uid: 1000 },
    findCaller: () => ({ uid, inode: 1 }),
    mayLoop() {
      asked++;
      return false;
    },
    uids: [1000],
  });
  expect(
    callerOf({ address: "127.0.0.1", port: 1, localAddress: "127.0.0.1", localPort: 2, fd: undefined }),
  ).toMatchObject({
    uid,
    loop: false,
  });
  expect(asked).toBe(looks);
});

test.each([
  ["metacred itself", () => process.pid, true],
  ["a program that it started", (child: number) => child, true],
  ["another program", () => 1, false],
])("of a process that is known no search is needed: %s", async (_, pidOf, loop) => {
  const child = Bun.spawn(["sleep", "60"]);
  const pid = pidOf(child.pid);
  const known = {
    process: { pid, identity: "", program: undefined, exe: undefined },
    isContainer: false,
    readAtMs: 0,
    folder: -1,
    free: [],
    last: 3,
  };
  const callerOf = createCallerOf({
    context: { platform: "linux", uid: 1000 },
    // Nobody holds a socket of that number: a search would find nothing.
    findCaller: () => ({ uid: 1000, inode: 1 }),
    mayLoop: () => true,
    containers: {
      holders: { find: () => ({ known, descriptor: 3, isContainer: false }), released() {} },
      byCgroup: undefined,
    },
    uids: [1000],
  });
  expect(callerOf({ address: "127.0.0.1", port: 1, localAddress: "127.0.0.1", localPort: 2, fd: undefined }).loop).toBe(
    loop,
  );
  child.kill("SIGKILL");
  await child.exited;
});
