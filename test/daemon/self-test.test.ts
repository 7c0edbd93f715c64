import { expect, test } from "bun:test";
import { createSelfTest } from "../../src/daemon/self-test.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scratchAws } from "../support/scratch-aws.ts";

/** A listener that hands the target of each request to `seen`, and answers nothing. */
function listener(seen: (target: string) => void, closes = false) {
  return Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data(wire, bytes) {
        seen(bytes.toString().split(" ")[1] ?? "");
        if (closes) wire.end();
      },
    },
  });
}

const at = (port: number, clock = systemClock) => createSelfTest({ hostname: "127.0.0.1", port }, clock);

test("what arrives at our own listener proves it", async () => {
  const targets: string[] = [];
  using server = listener((target) => {
    targets.push(target);
    expect(selfTest.arrived(target)).toBe(true);
  });
  const selfTest = at(server.port);
  expect([await selfTest.run(), await selfTest.run()]).toEqual([true, true]);
  expect(targets[0]).toMatch(/^\/metacred-self-test\/[0-9a-f]{32}$/);
  expect(targets[0]).not.toBe(targets[1]);
  expect(selfTest.arrived(targets[0] ?? "")).toBe(false);
});

test("its connection is closed when it is proved", async () => {
  const closed = Promise.withResolvers<void>();
  using server = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      data: (_wire, bytes) => void selfTest.arrived(bytes.toString().split(" ")[1] ?? ""),
      close: () => closed.resolve(),
    },
  });
  const selfTest = at(server.port);
  await selfTest.run();
  await closed.promise;
});

test("a listener that is another program's proves nothing", async () => {
  using server = listener(() => undefined, true);
  expect(await at(server.port).run()).toBe(false);
});

test("nobody listens", async () => {
  const server = listener(() => undefined);
  server.stop(true);
  expect(await at(server.port).run()).toBe(false);
});

test("a listener that holds its tongue is given a second", async () => {
  const clock = manualClock();
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  using server = listener(() => resolve());
  const running = at(server.port, clock).run();
  await asked;
  await clock.advance(999);
  expect(Bun.peek.status(running)).toBe("pending");
  await clock.advance(1);
  expect(await running).toBe(false);
});

test.each(["/", "/latest/meta-data/", "/metacred-self-test/", "/metacred-self-test/00000000000000000000000000000000"])(
  "%s is a client's request",
  async (target) => {
    using server = listener((own) => {
      expect(selfTest.arrived(target)).toBe(false);
      selfTest.arrived(own);
    });
    const selfTest = at(server.port);
    expect(await selfTest.run()).toBe(true);
  },
);

test("proxies of the environment are not asked", async () => {
  using files = scratchAws();
  files.set("HTTP_PROXY", "http://127.0.0.1:9");
  using server = listener((target) => void selfTest.arrived(target));
  const selfTest = at(server.port);
  expect(await selfTest.run()).toBe(true);
});
