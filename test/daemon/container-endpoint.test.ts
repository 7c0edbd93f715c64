// The life of what `exec` is handed: got first, renewed while somebody is there for it, got again when it was let go.
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { CliError } from "../../src/errors.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { freePort } from "../support/world.ts";
import { DEV, KEY, MINUTE_MS, scene } from "../sessions/fake-source.ts";
import { endpointOf, granted } from "./container-scene.ts";

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
  expect((await fetch(second.url, { headers: { Authorization: String(third.token) } })).status).toBe(401);
  expect(it.calls).toHaveLength(1);
});

test("a protected role ends with its time, and is told to end then", async () => {
  const it = scene();
  const end = new Date(it.clock.now().getTime() + 30 * MINUTE_MS);
  const core = {
    sessions: it.sessions,
    wanted: async () => DEV,
    endOf: async () => end,
    local: <S>(session: S) => session,
    loop: { possible: () => false, seen() {} },
  };
  await using first = await granted(it, process.pid, { core });
  expect(await first.ask()).toEqual([200, "first"]);
  expect(first.expiration()).toBe(end.toISOString().replace(".000", ""));
  await it.clock.advance(30 * MINUTE_MS - 1);
  expect((await first.ask())[0]).toBe(200);
  await it.clock.advance(1);
  expect(await first.ask()).toEqual([400, "the time of the protected role dev is over; try: metacred exec --role dev"]);
  // Nor is it kept ready any longer, though the program still runs.
  await it.clock.advance(120 * MINUTE_MS);
  expect([(await first.ask())[0], it.events]).toEqual([400, expect.arrayContaining(["released dev"])]);
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

test("what gives its address up among too many is a program that has ended, not the shell that came first", async () => {
  const it = scene();
  await using shell = await granted(it, process.pid);
  for (let count = 0; count < 4097; count++) await shell.endpoint.grant(undefined, undefined);
  expect(await shell.ask()).toEqual([200, "first"]);
});

describe("an agent's address", () => {
  async function agent(endpoint: "ecs" | "eks", ipv6: boolean) {
    const it = scene();
    const folder = scratchFolder();
    const context = { clock: it.clock, platform: "linux", uid: 1000, paths: { runtimeDir: folder.path } } as const;
    const container = endpointOf(it, { context, endpoint, ipv6, firstPort: freePort() });
    const first = container.grant(undefined, undefined);
    await it.clock.advance(0);
    await it.last().answer(it.session("first", 60));
    return {
      container,
      first: await first,
      files: () => readdirSync(folder.path, { recursive: true, encoding: "utf8" }).length,
      async [Symbol.asyncDispose]() {
        await container.stop();
        folder[Symbol.dispose]();
      },
    };
  }

  test("ecs: no token, no file, IPv4 alone", async () => {
    await using given = await agent("ecs", true);
    expect(given.container.targets).toEqual([{ address: "169.254.170.2", port: expect.any(Number) }]);
    expect(given.first).toMatchObject({ endpoint: "ecs", token: null, token_file: null });
    expect(given.first.url).toStartWith("http://169.254.170.2/v1/");
    const port = given.container.targets[0]?.port;
    const { pathname } = new URL(given.first.url);
    expect((await fetch(`http://127.0.0.1:${port}${pathname}`)).status).toBe(200);
    expect(given.files()).toBe(0);
  });

  test("eks: the token in a file of its own, gone with the daemon", async () => {
    await using given = await agent("eks", true);
    expect(given.container.targets.map(({ address }) => address)).toEqual(["169.254.170.23", "fd00:ec2::23"]);
    const second = await given.container.grant(undefined, undefined);
    expect([given.first, second].map(({ token_file: file }) => readFileSync(String(file), "utf8"))).toEqual([
      String(given.first.token),
      String(second.token),
    ]);
    expect(given.first.token).not.toBe(second.token);
    expect(given.files()).toBe(3);
    await given.container.stop();
    expect(given.files()).toBe(0);
  });

  test("eks without IPv6; a port that is taken is passed over", async () => {
    const first = freePort();
    const holder = Bun.listen({ hostname: "127.0.0.1", port: first, socket: { data() {} } });
    const container = endpointOf(scene(), { endpoint: "eks", firstPort: first });
    expect(container.targets).toEqual([{ address: "169.254.170.23", port: expect.any(Number) }]);
    expect(container.targets[0]?.port).toBeGreaterThan(first);
    holder.stop(true);
    await container.stop();
  });
});
