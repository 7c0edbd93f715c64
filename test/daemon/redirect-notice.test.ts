import { expect, test } from "bun:test";
import { noticeLostRedirect } from "../../src/daemon/redirect-notice.ts";
import { fakeDesktop } from "../support/fake-desktop.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { untilTrue } from "../support/until.ts";
import { configOf } from "./fakes.ts";

function watching(config: object = {}) {
  const folder = scratchFolder();
  const { PATH, notices, settled } = fakeDesktop(folder.file);
  const clock = manualClock();
  const state = { healthy: true };
  const stop = noticeLostRedirect(
    { clock, env: { PATH }, platform: "linux" },
    { health: () => ({ healthy: state.healthy, checkedAt: undefined }), config: () => configOf(config) },
  );
  return { clock, state, stop, notices, settled, [Symbol.dispose]: folder[Symbol.dispose] };
}

test("a loss is said once, after repairs had their time, and once more after it was well again", async () => {
  using it = watching();
  const { clock, state, notices } = it;
  await clock.advance(60_000);
  state.healthy = false;
  await clock.advance(15_000);
  expect(notices()).toEqual([]);
  await clock.advance(60_000);
  await untilTrue("it is said", () => notices().length > 0);
  expect(notices()).toEqual(["Programs do not reach metacred at 169.254.169.254 any more. Type: metacred status"]);
  state.healthy = true;
  await clock.advance(10_000);
  state.healthy = false;
  await clock.advance(30_000);
  await untilTrue("it is said again", () => notices().length === 2);
  it.stop();
  state.healthy = true;
  await clock.advance(10_000);
  state.healthy = false;
  await clock.advance(60_000);
  expect(notices()).toHaveLength(2);
});

test("not on the desktop where it is not wished", async () => {
  using it = watching({ notify: { desktop: false } });
  it.state.healthy = false;
  await it.clock.advance(120_000);
  expect(await it.settled()).toEqual([]);
});
