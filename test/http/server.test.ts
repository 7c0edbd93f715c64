import { expect, test } from "bun:test";
import { headerValues, type HttpRequest, type HttpResponse } from "../../src/http/message.ts";
import { askRaw, connectRaw } from "../support/raw-http.ts";
import { get, serve } from "./serve.ts";

test("an answer carries length and date, and the connection stays", async () => {
  await using server = serve();
  using client = await connectRaw(server);
  client.send(get("/a"));
  const { status, headers, body } = await client.reply();
  expect({ status, names: headers.map(([name]) => name), body }).toEqual({
    status: 200,
    names: ["Content-Length", "Date"],
    body: "/a",
  });
  client.send(get("/b"));
  expect((await client.reply()).body).toBe("/b");
});

test.each<[string, number, string]>([
  ["an answer", 200, get("/")],
  ["what its handler fails over", 500, get("/fails")],
  ["a broken request", 400, "GET / HTTP/2.0\r\n\r\n"],
  ["a body that is too long", 413, get("/", "Content-Length: 9999\r\n")],
  ["an expectation that is none", 417, get("/", "Expect: 200-ok\r\n")],
  ["a head that is too long", 431, get("/", `X: ${"x".repeat(17_000)}\r\n`)],
])("the headers of all answers: %s, %d", async (_, status, request) => {
  await using server = serve({
    handle({ target }) {
      if (target === "/fails") throw new Error("failed");
      return { status: 200 };
    },
    headers: () => [["Server", "s"]],
  });
  const reply = await askRaw(server, request);
  expect([reply.status, reply.header("server")]).toEqual([status, "s"]);
});

test("a header of all answers that cannot be sent: 500 without it", async () => {
  await using server = serve({ headers: () => [["X", "a\r\nb"]] });
  const reply = await askRaw(server, get("/"));
  expect([reply.status, reply.header("x")]).toEqual([500, undefined]);
});

test("HEAD: the headers of the GET and no body", async () => {
  await using server = serve();
  using client = await connectRaw(server);
  client.send(`HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n${get("/next")}`);
  expect((await client.reply({ headOnly: true })).header("content-length")).toBe("4");
  expect((await client.reply()).body).toBe("/next");
});

test("pipelined requests are answered in order, although a later one is ready first", async () => {
  const slow = Promise.withResolvers<HttpResponse>();
  await using server = serve({
    handle: ({ target }) => (target === "/slow" ? slow.promise : { status: 200, body: target }),
  });
  using client = await connectRaw(server);
  using other = await connectRaw(server);
  client.send(get("/1") + get("/slow") + get("/2"));
  expect((await client.reply()).body).toBe("/1");
  other.send(get("/other"));
  expect((await other.reply()).body).toBe("/other");
  slow.resolve({ status: 200, body: "slow" });
  expect((await client.reply()).body).toBe("slow");
  expect((await client.reply()).body).toBe("/2");
});

test("a deep pipeline is answered whole while the client does not read", async () => {
  const body = "x".repeat(300_000);
  await using server = serve({ handle: ({ target }) => ({ status: 200, body: target + body }) });
  using client = await connectRaw(server);
  client.pause();
  const paths = Array.from({ length: 60 }, (_, index) => `/${index}`);
  client.send(paths.map((path) => get(path)).join(""));
  client.resume();
  for (const path of paths) expect((await client.reply()).body === path + body).toBe(true);
});

test("bytes and text with wide characters survive back-pressure", async () => {
  const text = "é".repeat(2_000_000);
  const bytes = Buffer.from(text);
  await using server = serve({ handle: ({ target }) => ({ status: 200, body: target === "/b" ? bytes : text }) });
  using client = await connectRaw(server);
  client.send(get("/b") + get("/t"));
  const replies = [await client.reply(), await client.reply()];
  const expected = bytes.toString("latin1");
  expect(replies.map((reply) => reply.body === expected)).toEqual([true, true]);
});

test("a handler far behind a pipelining client still answers everything", async () => {
  const first = Promise.withResolvers<HttpResponse>();
  await using server = serve({
    handle: ({ target }) => (target === "/first" ? first.promise : { status: 200, body: target }),
  });
  using client = await connectRaw(server);
  const count = 20_000;
  client.send(get("/first") + get("/n").repeat(count));
  first.resolve({ status: 200, body: "first" });
  expect((await client.reply()).body).toBe("first");
  for (let index = 0; index < count; index++) expect((await client.reply()).body).toBe("/n");
});

test("the request as it came", async () => {
  const seen: HttpRequest[] = [];
  await using server = serve({
    handle(request) {
      seen.push(request);
      return { status: 204 };
    },
  });
  const chunked = "PUT //x/../y?z HTTP/1.1\r\nHost: h\r\nA: 1\r\na:  2 \r\nTransfer-Encoding: chunked\r\n\r\n";
  const { status, header } = await askRaw(server, `${chunked}2\r\nab\r\n0\r\n\r\n`);
  const [request] = seen;
  expect({ status, length: header("content-length"), target: request?.target }).toEqual({
    status: 204,
    length: undefined,
    target: "//x/../y?z",
  });
  expect(request && headerValues(request, "a")).toEqual(["1", "2"]);
  expect(Buffer.from(request?.body ?? []).toString()).toBe("ab");
});

test("a body that waits for 100 Continue gets it, after the answers before it", async () => {
  await using server = serve({ handle: ({ body }) => ({ status: 200, body }) });
  using client = await connectRaw(server);
  client.send(`${get("/")}PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n`);
  expect([(await client.reply()).status, (await client.reply()).status]).toEqual([200, 100]);
  client.send("abc");
  expect((await client.reply()).body).toBe("abc");
});

test.each([
  ["Connection: close", "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 200],
  ["HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200],
  ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
  ["two Hosts", "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400],
  ["obs-fold", "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n", 400],
  ["garbage", "garbage\r\n\r\n", 400],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["a long head", `GET / HTTP/1.1\r\nA: ${"a".repeat(20_000)}`, 431],
  ["length and chunked", "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400],
])("%s is answered, then the connection closed", async (_, request, status) => {
  await using server = serve();
  using client = await connectRaw(server);
  client.send(request);
  const reply = await client.reply();
  expect({ status: reply.status, connection: reply.header("connection") }).toEqual({ status, connection: "close" });
  expect(reply.body === "" || status === 200).toBe(true);
  expect(await client.closed).toBe("");
});

test("HTTP/1.0 with keep-alive stays open and is told so", async () => {
  await using server = serve();
  using client = await connectRaw(server);
  client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  expect((await client.reply()).header("connection")).toBe("keep-alive");
  client.send("GET /b HTTP/1.0\r\n\r\n");
  expect((await client.reply()).body).toBe("/b");
});

test("a client in the middle of a long body reads its 413", async () => {
  await using server = serve();
  using client = await connectRaw(server);
  client.send(`PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3000000\r\n\r\n${"x".repeat(3_000_000)}`);
  expect((await client.reply()).status).toBe(413);
  expect(await client.closed).toBe("");
});

test("a client that has closed its sending side gets all its answers", async () => {
  const slow = Promise.withResolvers<HttpResponse>();
  await using server = serve({
    handle: ({ target }) => (target === "/slow" ? slow.promise : { status: 200, body: target }),
  });
  using client = await connectRaw(server);
  client.send(get("/a") + get("/slow") + get("/b"));
  client.halfClose();
  expect((await client.reply()).body).toBe("/a");
  slow.resolve({ status: 200, body: "slow" });
  expect([(await client.reply()).body, (await client.reply()).body]).toEqual(["slow", "/b"]);
  expect(await client.closed).toBe("");
});

test.each([
  [
    "throws",
    () => {
      throw new Error("secret");
    },
  ],
  ["rejects", () => Promise.reject(new Error("secret"))],
  ["sends a broken header", () => ({ status: 200, headers: [["X", "a\r\nb"]] as const })],
])("a handler that %s: an empty 500, closed and reported", async (_, handle) => {
  const errors: unknown[] = [];
  await using server = serve({ handle, onError: (error) => errors.push(error) });
  using client = await connectRaw(server);
  client.send(get("/"));
  const { status, body } = await client.reply();
  expect({ status, body, reports: errors.length }).toEqual({ status: 500, body: "", reports: 1 });
  expect(await client.closed).toBe("");
});
