import { expect, test } from "bun:test";
import { readPasswd, uidsOf } from "../../src/daemon/users.ts";
import { failureOf } from "../support/failure.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/sh\n+::::::\n";

test.each<[string[], readonly number[] | "*"]>([
  [["{user}"], [1000]],
  [
    ["{user}", "root"],
    [1000, 0],
  ],
  [
    ["ann", "4711"],
    [1000, 4711],
  ],
  [["*"], "*"],
  [["ann", "*"], "*"],
])("%j", (users, uids) => {
  expect(uidsOf(users, 1000, PASSWD)).toEqual(uids);
});

test.each(["bob", "", "-1", "1.5", "constructor", "+"])("%j is nobody", async (user) => {
  expect(await failureOf(() => uidsOf([user], 1000, PASSWD))).toEqual({
    message: `redirect.users names "${user}", who is no user of this machine`,
    hint: "write the uid instead",
    exit: 2,
  });
});

test.skipIf(process.platform !== "linux")("this machine knows root", () => {
  expect(uidsOf(["root"], 1000, readPasswd())).toEqual([0]);
});
