import { expect, test } from "bun:test";
import { noticeLostRedirect } from "../../src/daemon/redirect-notice.ts";
import { manualClock } from "../support/manual-clock.ts";

test("a loss is said once, after repairs had their time, and once more after it was well again", async () => {
  const clock = manualClock();
  const said: string[] = [];
  let healthy = true;
  const stop = noticeLostRedirect({
    clock,
    health: () => ({ healthy, checkedAt: undefined }),
    tell: (words) => void said.push(words),
  });
  await clock.advance(60_000);
  healthy = false;
  await clock.advance(15_000);
  expect(said).toEqual([]);
  await clock.advance(60_000);
  expect(said).toEqual(["Programs do not reach metacred at 169.254.169.254 any more. Type: metacred status"]);
  healthy = true;
  await clock.advance(10_000);
  healthy = false;
  await clock.advance(30_000);
  expect(said).toHaveLength(2);
  stop();
  healthy = true;
  await clock.advance(10_000);
  healthy = false;
  await clock.advance(60_000);
  expect(said).toHaveLength(2);
});
