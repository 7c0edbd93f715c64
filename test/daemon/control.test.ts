// Over a real Unix socket, by the program's own client and by hand.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { controlClient, statusIfRunning } from "../../src/daemon/client.ts";
import { type ControlHandlers, listenControl } from "../../src/daemon/control.ts";
import { CliError } from "../../src/errors.ts";
import { failureOf } from "../support/failure.ts";
import { sampleStatus } from "../support/sample-status.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { keptLog } from "./fakes.ts";

const OWNER_UID = 1000;

type Options = { handlers?: Partial<ControlHandlers>; peerUid?: number | undefined };

function listening({ handlers, peerUid }: Options = {}) {
  const folder = scratchFolder();
  const socketFile = join(folder.path, "control.sock");
  const { log, lines } = keptLog();
  const unexpected = () => Promise.reject(new Error("not expected"));
  const server = listenControl(
    socketFile,
    {
      status: unexpected,
      stop: unexpected,
      use: unexpected,
      credentials: unexpected,
      container: unexpected,
      callers: unexpected,
      mfa: unexpected,
      signedIn: unexpected,
      signedOut: unexpected,
      net: { plan: unexpected, up: unexpected, down: unexpected },
      ...handlers,
    },
    { log, ownerUid: OWNER_UID, peer: peerUid === undefined ? undefined : () => ({ uid: peerUid, pid: 12 }) },
  );
  return {
    socketFile,
    lines,
    client: controlClient(socketFile),
    ask: (method: string, path: string, body?: string) =>
      fetch(`http://x${path}`, { unix: socketFile, method, ...(body === undefined ? {} : { body }) }),
    async [Symbol.asyncDispose]() {
      await server.stop();
      folder[Symbol.dispose]();
    },
  };
}

const NOT_RUNNING = { message: "metacred is not running", hint: "metacred serve --background", exit: 3 };

describe("the client's verbs", () => {
  test("status", async () => {
    await using it = listening({ handlers: { status: async () => sampleStatus() } });
    expect(await it.client.status()).toEqual(sampleStatus());
    expect(await statusIfRunning(it.socketFile)).toEqual(sampleStatus());
  });

  test("use", async () => {
    const answer = { status: sampleStatus(), warnings: ["careful"] };
    const asked: string[] = [];
    await using it = listening({ handlers: { use: async (role) => (asked.push(role), answer) } });
    expect(await it.client.use("prod/Rôle@x")).toEqual(answer);
    expect(asked).toEqual(["prod/Rôle@x"]);
  });

  test("credentials, of a role or of the one that is served", async () => {
    const answer = {
      access_key_id: "ASIA",
      secret_access_key: "s",
      session_token: "t",
      expiration: null,
      account_id: null,
      region: null,
    };
    const asked: unknown[] = [];
    const credentials = async (...wish: unknown[]) => (asked.push(wish), answer);
    await using it = listening({ handlers: { credentials }, peerUid: OWNER_UID });
    const peer = { uid: OWNER_UID, pid: 12 };
    expect(await it.client.credentials("dev", { command: "env", granted: true })).toEqual(answer);
    await it.client.credentials(undefined, { command: "exec", within: ["p"] });
    // Of an older client, and of a newer one.
    await it.ask("POST", "/v1/credentials", "{}");
    await it.ask("POST", "/v1/credentials", '{"command":"of-tomorrow"}');
    expect(asked).toEqual([
      ["dev", true, { peer, command: "env" }],
      [undefined, false, { peer, command: "exec", within: ["p"] }],
      [undefined, false, { peer, command: undefined }],
      [undefined, false, { peer, command: undefined }],
    ]);
    expect(it.lines).toEqual([]);
  });

  test("callers, all or what is new", async () => {
    const answer = { sequence: 7, callers: [] };
    const asked: (number | undefined)[] = [];
    await using it = listening({ handlers: { callers: async (after) => (asked.push(after), answer) } });
    expect(await it.client.callers()).toEqual(answer);
    await it.client.callers(7);
    expect(asked).toEqual([undefined, 7]);
  });

  test("stop answers when it is done", async () => {
    const done = Promise.withResolvers<void>();
    await using it = listening({ handlers: { stop: () => done.promise } });
    const stopping = it.client.stop();
    const answered = Promise.race([stopping.then(() => "early"), it.ask("GET", "/v1/none").then(() => "waits")]);
    expect(await answered).toBe("waits");
    done.resolve();
    await stopping;
  });
});

describe("errors", () => {
  test("are the daemon's, word for word", async () => {
    const error = new CliError("AWS refused", { hint: "ask", exit: 6 });
    await using it = listening({ handlers: { use: () => Promise.reject(error) } });
    expect(await failureOf(() => it.client.use("dev"))).toEqual({ message: "AWS refused", hint: "ask", exit: 6 });
  });

  test("what nobody expected is logged there, and no detail of it is sent", async () => {
    await using it = listening({ handlers: { use: () => Promise.reject(new TypeError("inner detail")) } });
    expect(await failureOf(() => it.client.use("dev"))).toEqual({
      message: "the daemon gave an answer that this version does not know",
      hint: "metacred stop; metacred serve --background",
      exit: 1,
    });
    expect(it.lines).toEqual(["error control request failed error=inner detail"]);
  });

  test("no daemon, and a socket that a killed one left behind", async () => {
    using folder = scratchFolder();
    const client = controlClient(join(folder.path, "control.sock"));
    expect(await failureOf(() => client.status())).toEqual(NOT_RUNNING);
    const left = join(folder.path, "left.sock");
    const script = `const s = require("net").createServer(); s.listen(${JSON.stringify(left)}, () => process.kill(process.pid, "SIGKILL"))`;
    await Bun.spawn([process.execPath, "--eval", script]).exited;
    expect(await failureOf(() => controlClient(left).status())).toEqual(NOT_RUNNING);
    expect(await statusIfRunning(left)).toBeUndefined();
  });
});

describe("by hand", () => {
  const malformed = /the request to the daemon is malformed/;
  test.each<[string, string, string | undefined, number, RegExp]>([
    ["GET", "/", undefined, 404, /does not know this request/],
    ["GET", "/v1/stop", undefined, 404, /does not know this request/],
    ["POST", "/v1/status", "{}", 404, /does not know this request/],
    ["GET", "/v1/status?x", undefined, 404, /does not know this request/],
    ["POST", "/v1/use", undefined, 400, malformed],
    ["POST", "/v1/use", "{", 400, malformed],
    ["POST", "/v1/use", "[]", 400, malformed],
    ["POST", "/v1/use", '{"role":""}', 400, malformed],
    ["POST", "/v1/use", '{"role":1}', 400, malformed],
    ["POST", "/v1/use", `{"role":"${"x".repeat(2049)}"}`, 400, malformed],
    ["POST", "/v1/credentials", '{"role":null}', 400, malformed],
  ])("%s %s %p: %d", async (method, path, body, status, words) => {
    await using it = listening();
    const answer = await it.ask(method, path, body);
    expect(answer.status).toBe(status);
    const { error } = (await answer.json()) as { error: { message: string; exit: number } };
    expect(error.message).toMatch(words);
    expect(error.exit).toBe(status === 400 ? 2 : 1);
  });

  test("a body that is too long", async () => {
    await using it = listening();
    expect((await it.ask("POST", "/v1/use", " ".repeat(65_537))).status).toBe(413);
  });

  test("an answer closes its connection: it must not keep a stopping daemon waiting", async () => {
    await using it = listening({ handlers: { status: async () => sampleStatus() } });
    const answer = await it.ask("GET", "/v1/status");
    expect([answer.headers.get("connection"), answer.headers.get("content-type")]).toEqual([
      "close",
      "application/json",
    ]);
  });

  test("what a newer client says besides is ignored", async () => {
    await using it = listening({ handlers: { use: async () => ({ status: sampleStatus(), warnings: [] }) } });
    expect((await it.ask("POST", "/v1/use", '{"role":"dev","later":true}')).status).toBe(200);
  });
});

describe("who may speak", () => {
  const status = async () => sampleStatus();
  test.each<[string, number | undefined]>([
    ["the owner", OWNER_UID],
    ["root", 0],
    ["who the platform does not tell", undefined],
  ])("%s", async (_title, peerUid) => {
    await using it = listening({ handlers: { status }, peerUid });
    expect((await it.client.status()).pid).toBe(4711);
  });

  test("nobody else: the connection is closed, and said", async () => {
    await using it = listening({ handlers: { status }, peerUid: 1001 });
    expect((await failureOf(() => it.client.status())).exit).toBe(3);
    expect(it.lines[0]).toBe("warn refused a control connection of another user uid=1001");
  });
});
