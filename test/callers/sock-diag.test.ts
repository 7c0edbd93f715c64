import { describe, expect, test } from "bun:test";
import { openSockDiag, type SockDiag } from "../../src/callers/sock-diag.ts";
import { type Libc, openLibc } from "../../src/sys/libc.ts";
import { requireTools } from "../support/require-tools.ts";
import { descriptorOf, dial, inodeOf, listen } from "./loopback.ts";

const able = requireTools([], { platform: "linux" });
const uid = process.getuid?.() ?? -1;

function realLibc(): Libc {
  const libc = openLibc();
  if (libc === undefined) throw new Error("no C library");
  return libc;
}

function realSockDiag(libc = realLibc()): SockDiag & Disposable {
  const sockDiag = openSockDiag(libc);
  if (sockDiag === undefined) throw new Error("no netlink socket");
  return { ...sockDiag, [Symbol.dispose]: () => sockDiag.close() };
}

describe.skipIf(!able)("a client on loopback", () => {
  // listener, what the client dials
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "::1"],
    ["::", "127.0.0.1"],
    ["0.0.0.0", "127.0.0.1"],
    // As a Java client does it: an IPv6 socket, an IPv4 connection.
    ["127.0.0.1", "::ffff:127.0.0.1"],
  ])("listener %s, dialled %s", async (hostname, address) => {
    using sockDiag = realSockDiag();
    using listening = listen(hostname);
    const client = await dial(address, listening.port);
    const { peer } = await listening.next();
    expect(sockDiag.find(peer, { address: peer.localAddress, port: peer.localPort })).toEqual({
      uid,
      inode: inodeOf(descriptorOf(client)),
    });
  });

  test("is told from the server's end of the same connection", async () => {
    using sockDiag = realSockDiag();
    using listening = listen();
    await dial("127.0.0.1", listening.port);
    const { peer, socket } = await listening.next();
    const serverEnd = sockDiag.find({ address: peer.localAddress, port: peer.localPort }, peer);
    expect(serverEnd?.inode).toBe(inodeOf(descriptorOf(socket)));
  });

  test("100,000 times over, under garbage collection, with other questions between", async () => {
    using sockDiag = realSockDiag();
    using listening = listen();
    const client = await dial("127.0.0.1", listening.port);
    const { peer } = await listening.next();
    const inode = inodeOf(descriptorOf(client));
    const local = { address: peer.localAddress, port: peer.localPort };
    let wrong = 0;
    for (let round = 0; round < 100_000; round++) {
      if (round % 10_000 === 0) Bun.gc(true);
      if (round % 100 === 0 && sockDiag.find({ address: "127.0.0.1", port: 1 }, local) !== undefined) wrong++;
      if (sockDiag.find(peer, local)?.inode !== inode) wrong++;
    }
    expect(wrong).toBe(0);
  });
});

describe.skipIf(!able)("nobody", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "::1"],
    ["::", "::ffff:127.0.0.1"],
  ])("on a port where only a listener is: %s, seen at %s", (hostname, address) => {
    using sockDiag = realSockDiag();
    using listening = listen(hostname);
    const listener = { address, port: listening.port };
    expect(sockDiag.find(listener, { address, port: 1 })).toBeUndefined();
    expect(sockDiag.hasListener(listener)).toBe(true);
  });

  test("where the client has closed: the kernel reports such a socket with uid 0", async () => {
    using sockDiag = realSockDiag();
    using listening = listen();
    const source = `const socket = await Bun.connect({ hostname: "127.0.0.1", port: ${listening.port}, socket: { data() {} } });
      socket.write("x"); socket.flush(); process.exit(0);`;
    const client = Bun.spawn([process.execPath, "-e", source], { stdio: ["ignore", "ignore", "ignore"] });
    const { peer } = await listening.next();
    expect(await client.exited).toBe(0);
    expect(sockDiag.find(peer, { address: peer.localAddress, port: peer.localPort })).toBeUndefined();
  });

  test.each([
    ["127.0.0.1", "::1"],
    ["localhost", "127.0.0.1"],
    ["192.0.2.1", "127.0.0.1"],
  ])("%s -> %s", (source, destination) => {
    using sockDiag = realSockDiag();
    expect(sockDiag.find({ address: source, port: 1 }, { address: destination, port: 1 })).toBeUndefined();
  });
});

describe("where netlink misbehaves", () => {
  const ends = [
    { address: "127.0.0.1", port: 4097 },
    { address: "127.0.0.1", port: 80 },
  ] as const;
  const owner = { uid: 1000, inode: 77 };

  type Answer = { skew?: number; length?: number; type?: number; state?: number; port?: number; inode?: number };

  /** A kernel that gives the answers of a list; an empty list is a queue that has none. */
  function kernel(answers: readonly Answer[][], sent = 72): Libc {
    let sequence = 0;
    let queue: readonly Answer[] = [];
    const questions = answers.values();
    return {
      socket: () => 3,
      setrlimit: () => 0,
      close: () => 0,
      madvise: () => -1,
      setsockopt: () => -1,
      sendto: () => -1,
      readlinkat: () => -1,
      getsockopt: () => -1,
      send(_fd, bytes) {
        sequence = new DataView(bytes.buffer).getUint32(8, true);
        queue = questions.next().value ?? [];
        return sent;
      },
      recv(_fd, buffer) {
        const [next, ...rest] = queue;
        if (next === undefined) return -1;
        queue = rest;
        const view = new DataView(buffer.buffer);
        view.setUint16(4, next.type ?? 20, true);
        view.setUint32(8, sequence + (next.skew ?? 0), true);
        view.setUint8(17, next.state ?? 1);
        view.setUint16(20, next.port ?? 4097);
        view.setUint32(80, owner.uid, true);
        view.setUint32(84, next.inode ?? owner.inode, true);
        return next.length ?? 124;
      },
    };
  }

  test.each<[string, Answer[][], typeof owner | undefined]>([
    ["a good answer", [[{}]], owner],
    ["an older question's answer first", [[{ skew: -1, inode: 5 }, {}]], owner],
    ["an answer lost, the second one good", [[], [{}]], owner],
    ["only an older question's, then a good one", [[{ skew: -1, inode: 5 }], [{}]], owner],
    ["both answers lost", [[], []], undefined],
    ["an error message", [[{ type: 2 }]], undefined],
    ["a short answer", [[{ length: 87 }]], undefined],
    ["another port's answer", [[{ port: 4098 }]], undefined],
    ["a listener", [[{ state: 10 }]], undefined],
    ["a closed socket", [[{ state: 6, inode: 0 }]], undefined],
  ])("%s", (_, answers, expected) => {
    expect(openSockDiag(kernel(answers))?.find(...ends)).toEqual(expected);
  });

  test("a question that cannot be sent", () => {
    expect(openSockDiag(kernel([[{}], [{}]], -1))?.find(...ends)).toBeUndefined();
  });

  test("no socket: no look-ups at all", () => {
    expect(openSockDiag({ ...kernel([]), socket: () => -1 })).toBeUndefined();
  });
});
