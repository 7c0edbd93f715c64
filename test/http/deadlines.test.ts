// Everything about time: the server's clock is moved by hand, the sockets are real.
import { expect, test } from "bun:test";
import type { HttpResponse } from "../../src/http/message.ts";
import { listenHttp } from "../../src/http/server.ts";
import { manualClock } from "../support/manual-clock.ts";
import { askRaw, connectRaw } from "../support/raw-http.ts";

const IDLE_MS = 4000;
const GET = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

function serve(handle: (target: string) => HttpResponse | Promise<HttpResponse> = () => ({ status: 200, body: "ok" })) {
  const clock = manualClock("2026-01-01T00:00:00.250Z");
  const server = listenHttp(
    { hostname: "127.0.0.1", port: 0 },
    {
      accept: (peer) => peer,
      handle: ({ target }) => handle(target),
      maxBodyBytes: 1024,
      idleMs: IDLE_MS,
      maxConnections: 100,
      clock,
    },
  );
  return {
    ...server,
    clock,
    /** Another connection's request and answer: what was sent before it has been read by then. */
    settle: () => askRaw(server, GET),
    async [Symbol.asyncDispose]() {
      const stopped = server.stop();
      await clock.advance(1000);
      await stopped;
    },
  };
}

test.each([
  ["sent nothing", ""],
  ["sent a part of a head", "GET / HT"],
  ["sent a head but not its body", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na"],
  ["was answered and is idle", GET],
])("a connection that %s is closed after idleMs, not before", async (_, bytes) => {
  await using server = serve();
  using client = await connectRaw(server);
  client.send(bytes);
  await server.settle();
  if (bytes === GET) await client.reply();
  await server.clock.advance(IDLE_MS - 1);
  expect(server.connections()).toBeGreaterThanOrEqual(1);
  let isClosed = false;
  void client.closed.then(() => (isClosed = true));
  await server.settle();
  expect(isClosed).toBe(false);
  await server.clock.advance(IDLE_MS / 4 + 1);
  expect(await client.closed).toBe("");
});

test.each([
  ["head", "GET / HTTP/1.1\r\n", "X: y\r\n"],
  ["body", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n", "a"],
])("a %s that drips is closed all the same", async (_, start, drop) => {
  await using server = serve();
  using client = await connectRaw(server);
  client.send(start);
  for (let step = 0; step < 5; step++) {
    await server.settle();
    await server.clock.advance(IDLE_MS / 4);
    client.send(drop);
  }
  expect(await client.closed).toBe("");
});

test("each answered request renews the time", async () => {
  await using server = serve();
  using client = await connectRaw(server);
  for (let step = 0; step < 5; step++) {
    client.send(GET);
    expect((await client.reply()).body).toBe("ok");
    await server.clock.advance(IDLE_MS * 0.75);
  }
});

test("the time for the next request counts from the answer, however long the last one took to arrive", async () => {
  await using server = serve();
  using client = await connectRaw(server);
  client.send(GET.slice(0, 20));
  await server.settle();
  await server.clock.advance(IDLE_MS * 0.75);
  client.send(GET.slice(20));
  await client.reply();
  await server.clock.advance(IDLE_MS * 0.75);
  client.send(GET);
  expect((await client.reply()).body).toBe("ok");
});

test("a slow handler is not hurried, and its connection is idle only after the answer", async () => {
  const slow = Promise.withResolvers<HttpResponse>();
  await using server = serve((target) => (target === "/slow" ? slow.promise : { status: 200 }));
  using client = await connectRaw(server);
  client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  await server.settle();
  await server.clock.advance(IDLE_MS * 10);
  slow.resolve({ status: 200, body: "slow" });
  expect((await client.reply()).body).toBe("slow");
  await server.clock.advance(IDLE_MS * 1.25);
  expect(await client.closed).toBe("");
});

test("a client that does not read its answer is closed", async () => {
  await using server = serve((target) => ({ status: 200, body: target === "/big" ? "x".repeat(20_000_000) : "" }));
  using client = await connectRaw(server);
  client.pause();
  client.send("GET /big HTTP/1.1\r\nHost: h\r\n\r\n");
  await server.settle();
  await server.clock.advance(IDLE_MS * 1.25);
  client.resume();
  expect((await client.closed).length).toBeLessThan(20_000_000);
});

test("a refused client that goes on sending is cut off after a second", async () => {
  await using server = serve();
  using client = await connectRaw(server, { stubborn: true });
  let isClosed = false;
  void client.closed.then(() => (isClosed = true));
  client.send("garbage\r\n\r\n");
  expect((await client.reply()).status).toBe(400);
  await server.clock.advance(999);
  client.send("more");
  await server.settle();
  expect(isClosed).toBe(false);
  await server.clock.advance(1001);
  expect(await client.closed).toBe("");
});

test("when the last connection has ended, no timer is left to wake the program", async () => {
  const manual = manualClock();
  let timers = 0;
  const after = (delayMs: number, task: () => void) => {
    timers++;
    const cancel = manual.after(delayMs, task);
    return () => {
      timers--;
      cancel();
    };
  };
  const answer = {
    accept: () => "c",
    handle: () => ({ status: 200, close: true }),
    maxBodyBytes: 0,
    maxConnections: 9,
  };
  const where = { hostname: "127.0.0.1", port: 0 };
  const server = listenHttp(where, { ...answer, idleMs: IDLE_MS, clock: { ...manual, after } });
  using one = await connectRaw(server);
  using other = await connectRaw(server);
  one.send(GET);
  await one.closed;
  expect(timers).toBe(1);
  other.send(GET);
  await other.closed;
  expect(timers).toBe(0);
  await server.stop();
});

test("the Date header follows the clock from second to second", async () => {
  await using server = serve();
  const seconds: (string | undefined)[] = [];
  for (const stepMs of [0, 749, 1, 999, 1]) {
    await server.clock.advance(stepMs);
    seconds.push((await askRaw(server, GET)).header("date")?.slice(-6, -4));
  }
  expect(seconds).toEqual(["00", "00", "01", "01", "02"]);
});

test("stop closes connections at rest at once and refuses new ones", async () => {
  await using server = serve();
  using client = await connectRaw(server);
  client.send(GET);
  await client.reply();
  const stopped = server.stop();
  expect(await client.closed).toBe("");
  await stopped;
  const again = connectRaw(server).then(
    () => "accepted",
    () => "refused",
  );
  expect(await again).toBe("refused");
});

test("stop lets an answer in flight end, which says that the connection closes", async () => {
  const slow = Promise.withResolvers<HttpResponse>();
  await using server = serve(() => slow.promise);
  using client = await connectRaw(server);
  client.send(GET);
  // A second connection's FIN comes back only after the request before it was read.
  using marker = await connectRaw(server);
  marker.halfClose();
  await marker.closed;
  const stopped = server.stop();
  slow.resolve({ status: 200, body: "last" });
  const { body, header } = await client.reply();
  expect({ body, connection: header("connection") }).toEqual({ body: "last", connection: "close" });
  await stopped;
  expect(server.connections()).toBe(0);
});

test("stop waits a second for the rest, then cuts; calling it again changes nothing", async () => {
  await using server = serve((target) => (target === "/never" ? new Promise(() => {}) : { status: 200 }));
  using client = await connectRaw(server);
  client.send("GET /never HTTP/1.1\r\nHost: h\r\n\r\n");
  await server.settle();
  let isStopped = false;
  const stops = [server.stop(), server.stop()];
  void Promise.all(stops).then(() => (isStopped = true));
  await server.clock.advance(999);
  expect(isStopped).toBe(false);
  await server.clock.advance(1);
  await Promise.all(stops);
  expect(await client.closed).toBe("");
  await server.stop();
});
