import { expect, test } from "bun:test";
import { tellSwitch } from "../../src/daemon/switch-notice.ts";
import { fakeDesktop } from "../support/fake-desktop.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { configOf, keptLog } from "./fakes.ts";

const LEASE = { role: "prod", until: new Date("2026-01-01T00:30:00Z"), backTo: "dev" };

function tell(desktop: boolean) {
  const folder = scratchFolder();
  const { PATH, settled } = fakeDesktop(folder.file);
  const { log, lines } = keptLog();
  const person = { env: { PATH }, platform: "linux" } as const;
  tellSwitch({ kind: "ending", lease: LEASE }, log, person, configOf({ notify: { desktop } }));
  tellSwitch({ kind: "ended", lease: LEASE, now: "dev" }, log, person, configOf());
  return { settled, lines, [Symbol.dispose]: folder[Symbol.dispose] };
}

test("the end that comes is said on the desktop, the one that came in the log alone", async () => {
  using it = tell(true);
  expect(await it.settled()).toEqual([
    "prod ends in 2 minutes, then it is dev again. To keep it, type: metacred use prod",
  ]);
  expect(it.lines).toHaveLength(2);
});

test("not on the desktop where it is not wished", async () => {
  using it = tell(false);
  expect(await it.settled()).toEqual([]);
  expect(it.lines).toHaveLength(2);
});
