import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { openLibc } from "../../src/sys/libc.ts";
import { createNotify, unixAddress } from "../../src/sys/notify.ts";
import { notifySocket } from "../support/notify-socket.ts";
import { requireTools } from "../support/require-tools.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

describe.skipIf(!requireTools(["/usr/bin/python3"], { platform: "linux" }))("to a real socket", () => {
  test.each(["a path", "an abstract name"])("%s", async (kind) => {
    using folder = scratchFolder();
    const name = kind === "a path" ? join(folder.path, "notify") : `@metacred-test-${process.pid}`;
    await using socket = await notifySocket(name);
    const notify = createNotify(openLibc(), socket.name);
    expect(notify("READY=1", "STATUS=two\nlines")).toBe(true);
    expect(await socket.next()).toEqual(["READY=1", "STATUS=two lines"]);
  });

  test("nobody listens", () => {
    expect(createNotify(openLibc(), "/nowhere/notify")("READY=1")).toBe(false);
  });
});

test("without a service manager nothing is told", () => {
  expect(createNotify(openLibc(), undefined)("READY=1")).toBe(false);
  expect(createNotify(undefined, "/run/notify")("READY=1")).toBe(false);
});

test.each([undefined, "", "/", "@", "vsock:2:1", "relative", `/${"x".repeat(107)}`])(
  "%p is no socket's name",
  (name) => {
    expect(unixAddress(name)).toBeUndefined();
  },
);
