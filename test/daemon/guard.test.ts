// The daemon's hold on root's part where that is a child of its own.
import { expect, test } from "bun:test";
import { guardOfChild } from "../../src/daemon/guard.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { lineReader } from "../support/line-reader.ts";

test("root's part that hears nothing any more and has not ended yet does not take the daemon along", async () => {
  const child = Bun.spawn(["sh", "-c", "exec <&-; echo deaf; exec sleep 60"], { stdio: ["pipe", "pipe", "ignore"] });
  expect(await lineReader(child.stdout)()).toBe("deaf");
  const guard = guardOfChild(child, "nft", systemClock);
  guard.again();
  guard.again();
  const isOver = guard.down(10_000);
  child.kill("SIGKILL");
  expect(await isOver).toBe(true);
});
