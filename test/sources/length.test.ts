// How long a session lasts: what was asked for where AWS grants it, else an hour, and that is said.
import { describe, expect, test } from "bun:test";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { failureOf } from "../support/failure.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scratchAws } from "../support/scratch-aws.ts";
import { KEYS_FILE, NEVER, role, sourceOf } from "./scene.ts";

const step = (roleArn: string, hours: number) => ({ roleArn, sessionName: "ann", durationSeconds: hours * 3600 });
const askedSeconds = (aws: ReturnType<typeof startMockAws>) =>
  aws.calls.filter(({ action }) => action === "AssumeRole").map(({ parameters }) => parameters["DurationSeconds"]);
const hours = (session: { expiration: Date | undefined; obtainedAt: Date }) =>
  Math.round(((session.expiration?.getTime() ?? 0) - session.obtainedAt.getTime()) / 3_600_000);

describe("the length of a session", () => {
  test("up to the role's maximum, as asked", async () => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const session = await sourceOf().fetch(role({ steps: [step(DEMO_ROLES.developer, 12)] }), NEVER);
    expect([hours(session), session.notices, askedSeconds(aws)]).toEqual([12, undefined, ["43200"]]);
  });

  test("beyond it: an hour, and it is said; the next fetch does not ask for more again", async () => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const source = sourceOf();
    const spec = role({ steps: [step(DEMO_ROLES.readOnly, 4)] });
    const notice = `AWS refused sessions of 4h for ${DEMO_ROLES.readOnly}: they last 1h until its maximum is raised`;
    for (let round = 0; round < 2; round++) {
      const session = await source.fetch(spec, NEVER);
      expect([hours(session), session.notices]).toEqual([1, [notice]]);
    }
    expect(askedSeconds(aws)).toEqual(["14400", "3600", "3600"]);
  });

  test("a day later it is asked for again: the maximum may have been raised", async () => {
    const clock = manualClock(new Date().toISOString());
    await using aws = startMockAws({ now: () => clock.now() });
    using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const source = sourceOf(clock);
    const spec = role({ steps: [step(DEMO_ROLES.readOnly, 4)] });
    await source.fetch(spec, NEVER);
    clock.jump(24 * 3_600_000);
    await source.fetch(spec, NEVER);
    // On a clock that is a day off the SDK sends again whatever is refused.
    const asked = askedSeconds(aws).filter((seconds, index, all) => seconds !== all[index - 1]);
    expect(asked).toEqual(["14400", "3600", "14400", "3600"]);
  });

  test("a chained role gets an hour, is never asked for more, and it is said", async () => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const steps = [step(DEMO_ROLES.readOnly, 1), step(DEMO_ROLES.developer, 12)];
    const session = await sourceOf().fetch(role({ steps }), NEVER);
    expect(askedSeconds(aws)).toEqual(["3600", "3600"]);
    expect(session.notices).toEqual([
      `sessions of ${DEMO_ROLES.developer} last 1h, not 12h: STS gives no more to a chained role`,
    ]);
  });

  test("refused for something else: that is what is told", async () => {
    await using aws = startMockAws();
    using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
    const steps = [{ ...step(DEMO_ROLES.developer, 12), sessionName: "not fit" }];
    const { message } = await failureOf(() => sourceOf().fetch(role({ steps }), NEVER));
    expect(message).toContain("roleSessionName");
  });
});

test("throttled by AWS: its Retry-After is part of the error", async () => {
  await using aws = startMockAws();
  using _files = scratchAws({ url: aws.url, credentials: KEYS_FILE });
  const fault = { status: 429, code: "Throttling", message: "slow down", headers: { "Retry-After": "40" } };
  aws.failNext("AssumeRole", fault);
  const error = await sourceOf()
    .fetch(role(), NEVER)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ again: { afterMs: 40_000 } });
  expect(aws.count("AssumeRole")).toBe(1);
});
