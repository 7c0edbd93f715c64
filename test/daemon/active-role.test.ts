import { describe, expect, test } from "bun:test";
import type { Session } from "../../src/aws/credentials.ts";
import { type ActiveRole, createActiveRole } from "../../src/daemon/active-role.ts";
import type { RoleCatalog } from "../../src/daemon/role-catalog.ts";
import { CliError } from "../../src/errors.ts";
import { type RoleSpec, sessionKey } from "../../src/roles/role-spec.ts";
import type { LeaseEvent } from "../../src/daemon/lease-watch.ts";
import type { Remembered, SwitchMemory } from "../../src/daemon/switch-memory.ts";
import type { Protection } from "../../src/roles/protection.ts";
import { type ManualClock, manualClock } from "../support/manual-clock.ts";
import { failureOf } from "../support/failure.ts";
import { configOf, liveSession, roleSpec } from "./fakes.ts";

type Desk = {
  active: ActiveRole;
  /** Names that were pinned, in order; undefined for none. */
  pinned: (string | undefined)[];
  /** Fetches that were begun and not yet ended, by name. */
  pending: Map<string, { answer(): void; fail(): void }>;
  events: LeaseEvent[];
};

const NO_PROTECTION: Record<string, Protection> = {};

function keptMemory(): SwitchMemory {
  let kept: Remembered = { lease: undefined, recent: [] };
  return { read: () => kept, write: (remembered) => void (kept = remembered) };
}

/** Every name is a role but `unknown`; fetches end when the test says so, others at once. */
function desk({
  waits = [] as string[],
  specOf = (name: string) => roleSpec({ name }),
  protections = NO_PROTECTION,
  clock = manualClock(),
  memory = keptMemory(),
} = {}): Desk {
  const pinned: (string | undefined)[] = [];
  const pending: Desk["pending"] = new Map();
  const ensure = ({ name }: RoleSpec): Promise<Session> => {
    if (!waits.includes(name)) return Promise.resolve(liveSession());
    const { promise, resolve, reject } = Promise.withResolvers<Session>();
    pending.set(name, { answer: () => resolve(liveSession()), fail: () => reject(new CliError(`no ${name}`)) });
    return promise;
  };
  const resolve = async (name: string) => {
    if (name === "unknown") throw new CliError("no such role", { exit: 2 });
    return specOf(name);
  };
  const catalog: RoleCatalog = {
    config: () => configOf(),
    profiles: () => Promise.reject(new Error("not expected")),
    reload: () => undefined,
    resolve,
    resolveDefault: () => resolve("default"),
    names: async () => ({ names: [], pairs: [], note: undefined }),
    signIn: () => Promise.reject(new Error("not expected")),
    protection: async (spec) => protections[spec.name],
    entries: async () => [],
  };
  const sessions = { ensure, pin: (spec: RoleSpec | undefined) => void pinned.push(spec?.name) };
  const events: LeaseEvent[] = [];
  const onEvent = (event: LeaseEvent) => void events.push(event);
  const active = createActiveRole({ sessions, catalog, signIn: async () => undefined, clock, memory, onEvent });
  return { active, pinned, pending, events };
}

async function serving(options: Parameters<typeof desk>[0] = {}): Promise<Desk> {
  const it = desk(options);
  await it.active.start(roleSpec());
  return it;
}

const nameOf = ({ active }: Desk) => active.spec()?.name;
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

test("before the start there is nothing", () => {
  const { active } = desk();
  expect([active.spec(), active.key(), active.previousName()]).toEqual([undefined, undefined, undefined]);
});

test("the start: fetched, pinned, and without a previous role", async () => {
  const it = await serving();
  expect(it.active.key()).toBe(sessionKey(roleSpec()));
  expect([nameOf(it), it.active.previousName(), it.pinned]).toEqual(["dev", undefined, ["dev"]]);
});

test("a switch happens when the credentials are there, and not before", async () => {
  const it = await serving({ waits: ["ops"] });
  const using = it.active.use("ops");
  await settle();
  expect([nameOf(it), it.pinned]).toEqual(["dev", ["dev"]]);
  it.pending.get("ops")?.answer();
  await using;
  expect([nameOf(it), it.pinned, it.active.previousName()]).toEqual(["ops", ["dev", "ops"], "dev"]);
});

describe("a switch that fails keeps the old role", () => {
  test("no credentials", async () => {
    const it = await serving({ waits: ["ops"] });
    const failing = failureOf(() => it.active.use("ops"));
    await settle();
    it.pending.get("ops")?.fail();
    expect((await failing).message).toBe("no ops");
    expect([nameOf(it), it.pinned, it.active.previousName()]).toEqual(["dev", ["dev"], undefined]);
  });

  test("no such role", async () => {
    const it = await serving();
    expect((await failureOf(() => it.active.use("unknown"))).exit).toBe(2);
    expect(nameOf(it)).toBe("dev");
  });
});

describe("use -", () => {
  test("there and back again", async () => {
    const it = await serving();
    await it.active.use("ops");
    await it.active.use("-");
    expect([nameOf(it), it.active.previousName()]).toEqual(["dev", "ops"]);
    await it.active.use("-");
    expect([nameOf(it), it.active.previousName()]).toEqual(["ops", "dev"]);
  });

  test("the same role twice does not become its own predecessor", async () => {
    const it = await serving();
    await it.active.use("ops");
    await it.active.use("ops");
    expect(it.active.previousName()).toBe("dev");
  });

  test("before any switch", async () => {
    const it = await serving();
    expect(await failureOf(() => it.active.use("-"))).toEqual({
      message: "there is no previous role yet",
      hint: "metacred use ROLE",
      exit: 2,
    });
  });

  test("back to none, and from it", async () => {
    const it = await serving();
    await it.active.use("none");
    expect([nameOf(it), it.active.previousName()]).toEqual([undefined, "dev"]);
    await it.active.use("-");
    expect([nameOf(it), it.active.previousName()]).toEqual(["dev", "none"]);
    await it.active.use("-");
    expect(nameOf(it)).toBeUndefined();
  });
});

test("use none serves nothing and pins nothing", async () => {
  const it = await serving();
  await it.active.use("none");
  expect([it.active.spec(), it.active.key(), it.pinned]).toEqual([undefined, undefined, ["dev", undefined]]);
});

test("given up while the credentials are still being got: nothing is switched, the next switch is", async () => {
  const it = await serving({ waits: ["slow"] });
  const person = new AbortController();
  const given = failureOf(() => it.active.use("slow", { granted: false, forMs: undefined, gone: person.signal }));
  await settle();
  person.abort();
  it.pending.get("slow")?.answer();
  expect((await given).message).toBe('the switch to "slow" was given up');
  expect([nameOf(it), it.active.previousName(), it.pinned]).toEqual(["dev", undefined, ["dev"]]);
  await it.active.use("fast");
  expect(nameOf(it)).toBe("fast");
});

describe("two at once", () => {
  test("the one asked for last is served last, though its credentials were there first", async () => {
    const it = await serving({ waits: ["slow"] });
    const overtaken = failureOf(() => it.active.use("slow"));
    await it.active.use("fast");
    expect(nameOf(it)).toBe("fast");
    it.pending.get("slow")?.answer();
    expect((await overtaken).message).toBe('a later switch came before "slow" was ready');
    expect([nameOf(it), it.pinned]).toEqual(["fast", ["dev", "fast"]]);
  });

  test("a role that hangs holds up neither another one nor none", async () => {
    const it = await serving({ waits: ["slow"] });
    void failureOf(() => it.active.use("slow"));
    await it.active.use("none");
    expect(it.active.spec()).toBeUndefined();
    await it.active.use("fast");
    expect(nameOf(it)).toBe("fast");
  });

  test("the first one's failure does not touch the second", async () => {
    const it = await serving({ waits: ["slow"] });
    const failing = failureOf(() => it.active.use("slow"));
    const second = it.active.use("fast");
    await settle();
    it.pending.get("slow")?.fail();
    expect((await failing).message).toBe("no slow");
    await second;
    expect([nameOf(it), it.active.previousName()]).toEqual(["fast", "dev"]);
  });
});

describe("after the files changed", () => {
  test("the role is resolved anew", async () => {
    let region = "eu-central-1";
    const it = await serving({ specOf: (name) => roleSpec({ name, region }) });
    region = "us-east-1";
    await it.active.renew();
    expect(it.active.spec()?.region).toBe("us-east-1");
    expect(it.active.key()).toBe(sessionKey(roleSpec({ region: "us-east-1" })));
    expect(it.active.previousName()).toBeUndefined();
  });

  test("it is done when the new credentials are there", async () => {
    const waits: string[] = [];
    const it = await serving({ waits });
    waits.push("dev");
    let done = false;
    const renewing = it.active.renew().then(() => (done = true));
    await settle();
    expect(done).toBe(false);
    it.pending.get("dev")?.answer();
    expect(await renewing).toBe(true);
  });

  test("a role that is gone stays as it was", async () => {
    let gone = false;
    const specOf = (name: string) => {
      if (gone) throw new CliError("gone");
      return roleSpec({ name });
    };
    const it = await serving({ specOf });
    gone = true;
    expect((await failureOf(() => it.active.renew())).message).toBe("gone");
    expect(nameOf(it)).toBe("dev");
  });

  test("none stays none", async () => {
    const it = await serving();
    await it.active.use("none");
    await it.active.renew();
    expect(nameOf(it)).toBeUndefined();
  });
});

describe("a switch for a time", () => {
  const FOR_HALF_AN_HOUR = { granted: false, forMs: 30 * 60_000 };
  const tick = async (clock: ManualClock, minutes: number) => clock.advance(minutes * 60_000);

  test("goes back by itself, to the role before", async () => {
    const clock = manualClock();
    const it = await serving({ clock });
    await it.active.use("ops", FOR_HALF_AN_HOUR);
    expect(it.active.lease()).toEqual({ role: "ops", until: new Date("2026-01-01T00:30:00Z"), backTo: "dev" });
    await tick(clock, 29);
    expect(nameOf(it)).toBe("ops");
    await tick(clock, 1);
    expect([nameOf(it), it.active.lease(), it.pinned]).toEqual(["dev", undefined, ["dev", "ops", "dev"]]);
  });

  test("the machine sleeps meanwhile: it ends within seconds of waking", async () => {
    const clock = manualClock();
    const it = await serving({ clock });
    await it.active.use("ops", FOR_HALF_AN_HOUR);
    clock.jump(3_600_000);
    await clock.advance(10_000);
    expect(nameOf(it)).toBe("dev");
  });

  test("two in a row lead back to the role before both; another use ends the matter", async () => {
    const clock = manualClock();
    const it = await serving({ clock });
    await it.active.use("ops", FOR_HALF_AN_HOUR);
    await it.active.use("qa", FOR_HALF_AN_HOUR);
    expect(it.active.lease()?.backTo).toBe("dev");
    await it.active.use("ops");
    await tick(clock, 60);
    expect([nameOf(it), it.active.lease()]).toEqual(["ops", undefined]);
  });

  test("none for a time", async () => {
    const clock = manualClock();
    const it = await serving({ clock });
    await it.active.use("none", FOR_HALF_AN_HOUR);
    expect(nameOf(it)).toBeUndefined();
    await tick(clock, 30);
    expect(nameOf(it)).toBe("dev");
  });

  test("a restart goes on with what is left of it", async () => {
    const memory = keptMemory();
    const first = await serving({ memory });
    await first.active.use("ops", FOR_HALF_AN_HOUR);
    const clock = manualClock("2026-01-01T00:20:00Z");
    const second = desk({ memory, clock });
    expect([await second.active.resume(), nameOf(second)]).toEqual([true, "ops"]);
    await tick(clock, 10);
    expect(nameOf(second)).toBe("dev");
  });

  test("a restart after its end, of a role that is protected, or that is not to be had: as if there had been none", async () => {
    const memory = keptMemory();
    const first = await serving({ memory });
    await first.active.use("ops", FOR_HALF_AN_HOUR);
    const late = desk({ memory, clock: manualClock("2026-01-01T00:30:00Z") });
    const isProtected = desk({ memory, protections: { ops: { role: "ops", revertAfterMs: undefined } } });
    const refused = desk({ memory, waits: ["ops"] });
    const refusing = refused.active.resume();
    await settle();
    refused.pending.get("ops")?.fail();
    expect([await late.active.resume(), await isProtected.active.resume(), await refusing]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe("a protected role", () => {
  const PROTECTED = { prod: { role: "prod", revertAfterMs: 20 * 60_000 } };
  const GRANTED = { granted: true, forMs: undefined };

  test("is refused until a person has agreed, and says what to type", async () => {
    const it = await serving({ protections: PROTECTED });
    expect(await failureOf(() => it.active.use("prod"))).toEqual({
      message: '"prod" is protected: a person has to agree to it',
      hint: "metacred use prod --yes",
      exit: 2,
    });
    expect([nameOf(it), it.pinned]).toEqual(["dev", ["dev"]]);
    await it.active.use("prod", GRANTED);
    expect([nameOf(it), it.active.isProtected()]).toEqual(["prod", true]);
  });

  test("the role before is asked about as well, and so is the start", async () => {
    const it = await serving({ protections: PROTECTED });
    await it.active.use("prod", GRANTED);
    await it.active.use("dev");
    expect((await failureOf(() => it.active.use("-"))).exit).toBe(2);
    const fresh = desk({ protections: PROTECTED });
    expect((await failureOf(() => fresh.active.start(roleSpec({ name: "prod" })))).exit).toBe(2);
    expect(nameOf(fresh)).toBeUndefined();
  });

  test("ends after revert_after; two minutes ahead it is said once", async () => {
    const clock = manualClock();
    const it = await serving({ protections: PROTECTED, clock });
    await it.active.use("prod", GRANTED);
    await clock.advance(17 * 60_000);
    expect(it.events).toEqual([]);
    await clock.advance(2 * 60_000);
    expect(it.events.map(({ kind }) => kind)).toEqual(["ending"]);
    await clock.advance(60_000);
    expect([nameOf(it), it.events.map(({ kind }) => kind)]).toEqual(["dev", ["ending", "ended"]]);
  });

  test("the shorter of --for and revert_after counts", async () => {
    const it = await serving({ protections: PROTECTED });
    await it.active.use("prod", { granted: true, forMs: 60_000 });
    expect(it.active.lease()?.until).toEqual(new Date("2026-01-01T00:01:00Z"));
    await it.active.use("prod", { granted: true, forMs: 24 * 3_600_000 });
    expect(it.active.lease()?.until).toEqual(new Date("2026-01-01T00:20:00Z"));
  });

  test("ends though the way back cannot be had: AWS is not waited for", async () => {
    const clock = manualClock();
    const waits: string[] = [];
    const it = await serving({ protections: PROTECTED, clock, waits });
    await it.active.use("prod", GRANTED);
    waits.push("dev");
    await clock.advance(20 * 60_000);
    expect(nameOf(it)).toBe("prod");
    await clock.advance(5000);
    expect(nameOf(it)).toBe("dev");
  });

  test("at the start without another role there is nowhere to go back to: none", async () => {
    const clock = manualClock();
    const it = desk({ protections: PROTECTED, clock });
    await it.active.start(roleSpec({ name: "prod" }), true);
    await clock.advance(20 * 60_000);
    expect([nameOf(it), it.active.isProtected()]).toEqual([undefined, false]);
  });
});
