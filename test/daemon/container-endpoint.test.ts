// The life of what `exec` is handed: got first, renewed while somebody is there for it, got again when it was let go.
import { expect, test } from "bun:test";
import { createContainerEndpoint } from "../../src/daemon/container-endpoint.ts";
import { CliError } from "../../src/errors.ts";
import { DEV, KEY, MINUTE_MS, OPS, type Scene, scene } from "../sessions/fake-source.ts";

const silent = { error() {}, warn() {}, info() {}, debug() {} };

function endpointOf({ clock, sessions }: Scene) {
  return createContainerEndpoint({
    context: { clock, platform: "linux", uid: 1000 },
    core: {
      sessions,
      wanted: async (role) => (role === "ops" ? OPS : DEV),
      local: (session) => session,
      loop: { possible: () => false, seen() {} },
    },
    log: silent,
    uids: [1000],
    findCaller: () => ({ uid: 1000, inode: 1 }),
    refusals: { count() {}, counts: () => ({}), last: () => undefined },
  });
}

/** Grants DEV, whose session lives for an hour, to a process. */
async function granted(it: Scene, pid: number | undefined) {
  const endpoint = endpointOf(it);
  const asked = endpoint.grant(undefined, pid);
  await it.clock.advance(0);
  await it.last().answer(it.session("first", 60));
  const { url, token } = await asked;
  const ask = async () => {
    const reply = await fetch(url, { headers: { Authorization: token, Connection: "close" } });
    const { AccessKeyId, Message } = (await reply.json()) as Record<string, string>;
    return [reply.status, AccessKeyId ?? Message];
  };
  return { endpoint, ask, [Symbol.asyncDispose]: () => endpoint.stop() };
}

test("the role is got before the address is given; a role that cannot be had gives none", async () => {
  const it = scene();
  const endpoint = endpointOf(it);
  const asked = endpoint.grant("ops", undefined);
  const outcome = asked.catch((error: unknown) => error);
  await it.clock.advance(0);
  expect(it.last().spec.name).toBe("ops");
  await it.last().fail(new CliError("AWS refused"));
  expect(await outcome).toMatchObject({ message: "AWS refused" });
  await endpoint.stop();
});

test("each address and token is another one", async () => {
  const it = scene();
  await using first = await granted(it, undefined);
  const second = await first.endpoint.grant(undefined, undefined);
  const third = await first.endpoint.grant(undefined, undefined);
  expect(new Set([second.url, third.url, second.token, third.token]).size).toBe(4);
  expect((await fetch(second.url, { headers: { Authorization: third.token } })).status).toBe(401);
  expect(it.calls).toHaveLength(1);
});

test("while its process lives the role is renewed, although nobody asks", async () => {
  const it = scene();
  await using given = await granted(it, process.pid);
  await it.clock.advance(35 * MINUTE_MS);
  expect(it.calls).toHaveLength(2);
  await it.last().answer(it.session("second", 60));
  expect(await given.ask()).toEqual([200, "second"]);
  await it.clock.advance(35 * MINUTE_MS);
  expect(it.calls).toHaveLength(3);
});

test("when that has ended and nobody asks it is let go; a later question gets it again", async () => {
  const it = scene();
  const child = Bun.spawn(["sleep", "60"]);
  await using given = await granted(it, child.pid);
  child.kill("SIGKILL");
  await child.exited;
  await it.clock.advance(36 * MINUTE_MS);
  expect([it.calls.length, it.events.at(-1)]).toEqual([1, "released dev"]);
  expect(await given.ask()).toEqual([503, "metacred is still getting credentials"]);
  expect(await given.ask()).toEqual([503, "metacred is still getting credentials"]);
  expect(it.calls).toHaveLength(2);
  await it.last().answer(it.session("second", 60));
  expect(await given.ask()).toEqual([200, "second"]);
});

test("a failure is told, and does not make every question a call", async () => {
  const it = scene();
  await using given = await granted(it, undefined);
  await it.clock.advance(36 * MINUTE_MS);
  await given.ask();
  await it.last().fail(new CliError("the session has expired", { hint: "metacred login" }));
  for (const _ of [1, 2, 3]) expect(await given.ask()).toEqual([400, "the session has expired; try: metacred login"]);
  expect(it.calls).toHaveLength(2);
});

test("asking keeps it alive", async () => {
  const it = scene();
  await using given = await granted(it, undefined);
  expect(await given.ask()).toEqual([200, "first"]);
  await it.clock.advance(36 * MINUTE_MS);
  expect(it.calls).toHaveLength(2);
  expect(it.sessions.current(KEY)?.credentials.accessKeyId).toBe("first");
});
