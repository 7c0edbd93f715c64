import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HttpPeer, listenHttp } from "../../src/http/server.ts";
import { askRaw, connectRaw } from "../support/raw-http.ts";
import { get, serve } from "./serve.ts";

test("accept sees both ends of the connection once, and its value reaches every request", async () => {
  const peers: HttpPeer[] = [];
  const callers: unknown[] = [];
  const server = listenHttp(
    { hostname: "127.0.0.1", port: 0 },
    {
      accept(peer) {
        peers.push(peer);
        return `caller ${peers.length}`;
      },
      handle(_, caller) {
        callers.push(caller);
        return { status: 200 };
      },
      maxBodyBytes: 0,
      idleMs: 60_000,
      maxConnections: 10,
    },
  );
  using client = await connectRaw(server);
  client.send(get("/") + get("/"));
  await client.reply();
  await client.reply();
  expect(callers).toEqual(["caller 1", "caller 1"]);
  expect(peers).toEqual([
    {
      address: "127.0.0.1",
      port: expect.any(Number),
      localAddress: "127.0.0.1",
      localPort: server.port,
      fd: expect.any(Number),
    },
  ]);
  await server.stop();
});

test.each([
  ["is not accepted", { accept: () => undefined }],
  [
    "makes accept throw",
    {
      accept: () => {
        throw new Error("no");
      },
    },
  ],
  ["is one too many", { maxConnections: 0 }],
])("a connection that %s is closed without an answer", async (_, options) => {
  await using server = serve(options);
  using client = await connectRaw(server);
  client.send(get("/"));
  expect(await client.closed).toBe("");
  expect(server.connections()).toBe(0);
});

test("connections are counted, and a place is free again after a close", async () => {
  await using server = serve({ maxConnections: 1 });
  const first = await connectRaw(server);
  first.send(get("/"));
  await first.reply();
  using second = await connectRaw(server);
  expect(await second.closed).toBe("");
  expect(server.connections()).toBe(1);
  first.send(get("/", "Connection: close\r\n"));
  await first.closed;
  expect((await askRaw(server, get("/again"))).body).toBe("/again");
});

test("a port that is taken throws EADDRINUSE", async () => {
  await using server = serve();
  const again = () =>
    listenHttp(
      { hostname: "127.0.0.1", port: server.port },
      { accept: () => 1, handle: () => ({ status: 200 }), maxBodyBytes: 0, idleMs: 1000, maxConnections: 1 },
    );
  expect(again).toThrow(expect.objectContaining({ code: "EADDRINUSE" }));
});

test("a Unix socket: the same, with an empty address", async () => {
  const folder = mkdtempSync(join(tmpdir(), "http-"));
  const unix = join(folder, "s");
  const server = listenHttp(
    { unix },
    {
      accept: ({ address, port, localAddress, localPort, fd }) => ({
        address,
        port,
        localAddress,
        localPort,
        fd: typeof fd,
      }),
      handle: (_, caller) => ({ status: 200, body: JSON.stringify(caller) }),
      maxBodyBytes: 0,
      idleMs: 60_000,
      maxConnections: 10,
    },
  );
  try {
    expect(server.port).toBe(0);
    expect(JSON.parse((await askRaw({ unix }, get("/"))).body)).toEqual({
      address: "",
      port: 0,
      localAddress: "",
      localPort: 0,
      fd: "number",
    });
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
});

test.each(["127.0.0.1", "0.0.0.0"])("listening on %s: our own end of the connection", async (hostname) => {
  const server = listenHttp(
    { hostname, port: 0 },
    {
      accept: ({ localAddress, localPort }) => ({ localAddress, localPort }),
      handle: (_, caller) => ({ status: 200, body: JSON.stringify(caller) }),
      maxBodyBytes: 0,
      idleMs: 60_000,
      maxConnections: 10,
    },
  );
  try {
    const { body } = await askRaw(server, get("/", "Connection: close\r\n"));
    expect(JSON.parse(body)).toEqual({ localAddress: "127.0.0.1", localPort: server.port });
  } finally {
    await server.stop();
  }
});
