import { expect, test } from "bun:test";
import type { Status } from "../../src/daemon/protocol.ts";
import { keepServiceStatus, serviceWords } from "../../src/daemon/service-status.ts";
import { manualClock } from "../support/manual-clock.ts";
import { sampleStatus } from "../support/sample-status.ts";

const waiting = (message: string, hint: string | null): Partial<Status> => ({
  state: "needs-login",
  last_error: { message, hint, at: "2026-11-22T03:00:00.000Z", exit: 4 },
});

test.each<[string, Partial<Status>]>([
  ["serving dev", {}],
  ["serving no role", { role: null, state: "idle" }],
  ["dev: no credentials yet", { state: "waiting", last_error: null }],
  [
    'dev: the SSO session "corp" has expired (metacred login corp)',
    waiting('the SSO session "corp" has expired', "metacred login corp"),
  ],
  ["dev: two lines", waiting("two\nlines", null)],
])("%s", (words, changes) => {
  expect(serviceWords({ ...sampleStatus(), ...changes })).toBe(words);
});

test("what changes by itself is said within five seconds, once", async () => {
  const clock = manualClock();
  const said: string[] = [];
  let status: Status = sampleStatus();
  const shown = keepServiceStatus({
    clock,
    notify: (line) => void said.push(line),
    status: () => status,
    said: "serving dev",
  });
  await clock.advance(60_000);
  expect(said).toEqual([]);
  status = { ...status, role: null, state: "idle" };
  await clock.advance(5000);
  await clock.advance(60_000);
  expect(said).toEqual(["STATUS=serving no role"]);
  status = sampleStatus();
  shown.look();
  expect(said).toEqual(["STATUS=serving no role", "STATUS=serving dev"]);
  shown.stop();
  status = { ...status, role: null, state: "idle" };
  await clock.advance(60_000);
  expect(said).toHaveLength(2);
});
