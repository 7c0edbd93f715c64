import { describe, expect, test } from "bun:test";
import { createAwsTime } from "../../src/aws/aws-time.ts";
import { ssoKey } from "../../src/aws/sso-session.ts";
import { type Session, credentials } from "../../src/aws/credentials.ts";
import { warmSessions } from "../../src/daemon/warm-sessions.ts";
import type { BaseSpec, RoleSpec } from "../../src/roles/role-spec.ts";
import { type SecretStore, lockedError, memoryStore } from "../../src/secrets/secret-store.ts";
import { manualClock } from "../support/manual-clock.ts";
import { CORP } from "../sso/sso-scene.ts";

const MINUTE_MS = 60_000;
const PROFILE: BaseSpec = { kind: "profile", profile: "p", identity: "i" };
const SSO: BaseSpec = { kind: "sso", session: CORP, word: "corp", accountId: "1", roleName: "Dev" };
const spec = (name: string, base: BaseSpec = PROFILE): RoleSpec => ({ name, base, steps: [], region: name });
const NEVER = new AbortController().signal;

type Life = { aheadMs?: number; bootId?: string };

/** A daemon's life; `fetched` are the roles that AWS was asked for. The clock is so far ahead of AWS. */
function life(store: SecretStore, machine = manualClock(), { aheadMs, bootId = "b" }: Life = {}) {
  const fetched: string[] = [];
  const problems: unknown[] = [];
  const time = createAwsTime(machine);
  const clock = { ...machine, now: time.now };
  const warm = warmSessions({
    store,
    clock,
    time,
    bootId,
    earlyMs: () => 25 * MINUTE_MS,
    onProblem: (error) => void problems.push(error),
    async fetch({ name }): Promise<Session> {
      fetched.push(name);
      if (aheadMs !== undefined) time.measure(new Date(machine.now().getTime() - aheadMs).toUTCString());
      return {
        credentials: credentials({ accessKeyId: `ASIA${name}`, secretAccessKey: "s", sessionToken: "t" }),
        obtainedAt: clock.now(),
        expiration: new Date(clock.now().getTime() + 60 * MINUTE_MS),
        arn: `arn of ${name}`,
        accountId: "1",
      };
    },
  });
  return { clock: machine, time, fetched, problems, warm, get: (role: RoleSpec) => warm.fetch(role, NEVER) };
}

describe("the first fetch after a restart", () => {
  test("calls nobody, and gives the session as it was", async () => {
    const store = memoryStore();
    const before = life(store);
    const first = await before.get(spec("dev"));
    await before.clock.advance(0);
    const after = life(store, before.clock);
    expect(await after.get(spec("dev"))).toEqual(first);
    expect(after.fetched).toEqual([]);
  });

  test("the second one asks for a new session", async () => {
    const store = memoryStore();
    const before = life(store);
    await before.get(spec("dev"));
    await before.clock.advance(0);
    const after = life(store, before.clock);
    await after.get(spec("dev"));
    await after.get(spec("dev"));
    expect(after.fetched).toEqual(["dev"]);
  });

  test.each([
    [34, []],
    [35, ["dev"]],
    [61, ["dev"]],
  ])("%i minutes later: %j is fetched", async (minutes, fetched) => {
    const store = memoryStore();
    const before = life(store);
    await before.get(spec("dev"));
    await before.clock.advance(0);
    await before.clock.advance(minutes * MINUTE_MS);
    const after = life(store, before.clock);
    await after.get(spec("dev"));
    expect(after.fetched).toEqual(fetched);
  });

  test.each<[string, RoleSpec]>([
    ["another role", spec("ops")],
    ["an edited profile", spec("dev", { ...PROFILE, identity: "edited" })],
  ])("%s gets nothing of it", async (_title, other) => {
    const store = memoryStore();
    const before = life(store);
    await before.get(spec("dev"));
    await before.clock.advance(0);
    const after = life(store, before.clock);
    await after.get(other);
    expect(after.fetched).toHaveLength(1);
  });
});

test("whoever waits for a session has it before the keychain's child is started, once for all that came meanwhile", async () => {
  const written: string[] = [];
  const it = life({ ...memoryStore(), set: async (_name, text) => void written.push(text) });
  await it.get(spec("dev"));
  await it.get(spec("ops"));
  expect(written).toEqual([]);
  await it.clock.advance(0);
  expect(written.map((text) => [...text.matchAll(/ASIA\w+/g)].flat())).toEqual([["ASIAdev", "ASIAops"]]);
});

describe("on a machine whose clock is wrong", () => {
  const HOUR_MS = 60 * MINUTE_MS;
  const LATER_MS = 20 * MINUTE_MS;

  /** Whether a start calls AWS, some time after a session was kept. */
  async function asks(aheadMs: number, passedMs: number, meanwhile: { setMs?: number; bootId?: string } = {}) {
    const store = memoryStore();
    const before = life(store, manualClock(), { aheadMs });
    await before.get(spec("dev"));
    await before.clock.advance(0);
    await before.clock.advance(passedMs);
    before.clock.jump(meanwhile.setMs ?? 0);
    const after = life(store, before.clock, { bootId: meanwhile.bootId ?? "b" });
    await after.get(spec("dev"));
    return after.fetched.length > 0;
  }

  test.each([HOUR_MS, -HOUR_MS])("%i ms ahead: a restart calls nobody, and knows the time", async (aheadMs) => {
    expect(await asks(aheadMs, LATER_MS)).toBe(false);
    const store = memoryStore();
    const before = life(store, manualClock(), { aheadMs });
    await before.get(spec("dev"));
    await before.clock.advance(0);
    const after = life(store, before.clock);
    await after.get(spec("dev"));
    expect(Math.abs((after.time.skewMs() ?? 0) - aheadMs)).toBeLessThan(2000);
  });

  test.each<[string, boolean, Parameters<typeof asks>]>([
    ["behind: what has ended is not taken for good", true, [-HOUR_MS, 61 * MINUTE_MS]],
    ["behind, after another boot", true, [-HOUR_MS, 61 * MINUTE_MS, { bootId: "c" }]],
    ["behind, after another boot, while it is good", false, [-HOUR_MS, LATER_MS, { bootId: "c" }]],
    [
      "ahead, set right since: what has ended is not taken for good",
      true,
      [HOUR_MS, 61 * MINUTE_MS, { setMs: -HOUR_MS }],
    ],
    ["ahead, set right since, while it is good", false, [HOUR_MS, LATER_MS, { setMs: -HOUR_MS }]],
    ["ahead, set right at another boot", true, [HOUR_MS, 61 * MINUTE_MS, { setMs: -HOUR_MS, bootId: "c" }]],
    ["right, set back since", true, [0, 61 * MINUTE_MS, { setMs: -HOUR_MS }]],
    ["behind, set right since", true, [-HOUR_MS, 61 * MINUTE_MS, { setMs: HOUR_MS }]],
  ])("%s", async (_title, called, scene) => {
    expect(await asks(...scene)).toBe(called);
  });
});

test("keys of the environment may be another's the next time: nothing is kept", async () => {
  const store = memoryStore();
  const it = life(store);
  await it.get(spec("dev", { kind: "environment" }));
  await it.clock.advance(0);
  expect(await store.get("sessions")).toBeUndefined();
});

test("what came from a sign-in goes with it, the rest stays", async () => {
  const store = memoryStore();
  const before = life(store);
  await before.get(spec("dev", SSO));
  await before.get(spec("ops"));
  await before.warm.dropSignIn(ssoKey(CORP));
  const after = life(store, before.clock);
  await after.get(spec("dev", SSO));
  await after.get(spec("ops"));
  expect(after.fetched).toEqual(["dev"]);
});

test("what was on its way while somebody signed out is not kept", async () => {
  const store = memoryStore();
  const before = life(store);
  const late = before.get(spec("dev", SSO));
  await before.warm.dropSignIn(ssoKey(CORP));
  await late;
  await before.clock.advance(0);
  const after = life(store, before.clock);
  await after.get(spec("dev", SSO));
  expect(after.fetched).toEqual(["dev"]);
});

test.each<[string, string]>([
  ["no JSON", "{"],
  ["another form", '{"a":{"accessKeyId":1}}'],
])("an item with %s is no session", async (_title, text) => {
  const store = memoryStore();
  await store.set("sessions", text);
  const it = life(store);
  await it.get(spec("dev"));
  expect(it.fetched).toEqual(["dev"]);
});

test("a locked keychain keeps nobody from working, and is said", async () => {
  const locked = () => Promise.reject(lockedError("is locked"));
  const it = life({ get: locked, set: locked, delete: locked });
  expect((await it.get(spec("dev"))).arn).toBe("arn of dev");
  await it.clock.advance(0);
  expect(it.problems.map(String)).toEqual(["CliError: the keychain is locked", "CliError: the keychain is locked"]);
});
