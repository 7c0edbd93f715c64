// Real sockets and processes: who holds a connection, found once and again.
import { describe, expect, test } from "bun:test";
import { createCallerFinder } from "../../src/callers/find-caller.ts";
import { createHolders, type Held } from "../../src/callers/holders.ts";
import { factsOf } from "../../src/callers/process.ts";
import type { SocketOwner } from "../../src/callers/sock-diag.ts";
import { openLibc } from "../../src/sys/libc.ts";
import { manualClock } from "../support/manual-clock.ts";
import { requireTools } from "../support/require-tools.ts";
import { dial, type Listening, listen } from "./loopback.ts";

const libc = openLibc();
const usable = requireTools(["python3", "unshare"], { platform: "linux" }) && libc !== undefined;

// Dials when it is told to, holds one connection at a time, and ends with its input.
const DIALLER = `import socket, sys
one = None
for line in sys.stdin:
    if one: one.close()
    one = socket.create_connection(("127.0.0.1", int(line))); one.sendall(b"x")`;

type Dialler = AsyncDisposable & { pid: number; dial(listening: Listening): Promise<SocketOwner> };

function startDialler(...before: string[]): Dialler {
  const child = Bun.spawn([...before, "python3", "-u", "-c", DIALLER], { stdio: ["pipe", "ignore", "inherit"] });
  const find = createCallerFinder({ platform: "linux", libc });
  return {
    pid: child.pid,
    async dial(listening) {
      void child.stdin.write(`${listening.port}\n`);
      await child.stdin.flush();
      const owner = find((await listening.next()).peer);
      if (owner.inode === undefined) throw new Error("the kernel does not know that connection");
      return owner;
    },
    async [Symbol.asyncDispose]() {
      await child.stdin.end();
      await child.exited;
    },
  };
}

function holdersWith(clock = manualClock()) {
  if (libc === undefined) throw new Error("no C library");
  return createHolders({ clock, libc, own: factsOf("self") });
}

const never = () => false;
const pidOf = ({ known }: Held) => known?.process.pid;

describe.skipIf(!usable)("the holder of a connection", () => {
  test("is found again and again, also with another descriptor", async () => {
    using listening = listen();
    await using dialler = startDialler();
    const holders = holdersWith();
    for (let round = 0; round < 5; round++) {
      const held = holders.find(await dialler.dial(listening), never);
      expect([pidOf(held), held.isContainer]).toEqual([dialler.pid, false]);
      // Sometimes the end of the connection before is heard of only later.
      if (round % 2 === 0) holders.released(held);
    }
  });

  test("of several at once is the right one", async () => {
    using listening = listen();
    await using first = startDialler();
    await using second = startDialler();
    const holders = holdersWith();
    for (const dialler of [first, second, first, first, second]) {
      const held = holders.find(await dialler.dial(listening), never);
      expect(pidOf(held)).toBe(dialler.pid);
      holders.released(held);
    }
  });

  test("in another user namespace asks for a container", async () => {
    using listening = listen();
    await using dialler = startDialler("unshare", "--user", "--map-root-user");
    expect(holdersWith().find(await dialler.dial(listening), never).isContainer).toBe(true);
  });

  test("that became one meanwhile is one two seconds later", async () => {
    using listening = listen();
    const clock = manualClock();
    const holders = holdersWith(clock);
    // The same process: it dials, then enters a namespace of its own, then dials again.
    const script = `import ctypes, socket, sys
for number, line in enumerate(sys.stdin):
    if number: ctypes.CDLL(None).unshare(0x10000000)
    one = socket.create_connection(("127.0.0.1", int(line))); one.sendall(b"x")`;
    const child = Bun.spawn(["python3", "-u", "-c", script], { stdio: ["pipe", "ignore", "inherit"] });
    const find = createCallerFinder({ platform: "linux", libc });
    const next = async () => {
      void child.stdin.write(`${listening.port}\n`);
      await child.stdin.flush();
      const owner = find((await listening.next()).peer);
      return owner.inode === undefined ? undefined : holders.find(owner, never);
    };
    expect((await next())?.isContainer).toBe(false);
    await clock.advance(2001);
    expect((await next())?.isContainer).toBe(true);
    await child.stdin.end();
    await child.exited;
  });

  test("that is metacred itself is not looked into again", async () => {
    using listening = listen();
    const clock = manualClock();
    const holders = holdersWith(clock);
    const find = createCallerFinder({ platform: "linux", libc });
    const held = async () => {
      await dial("127.0.0.1", listening.port);
      const owner = find((await listening.next()).peer);
      return owner.inode === undefined ? undefined : holders.find(owner, never);
    };
    const first = (await held())?.known?.process;
    await clock.advance(2001);
    expect([first?.pid, (await held())?.known?.process === first]).toEqual([process.pid, true]);
  });

  test("in a container's cgroup is not searched for", async () => {
    using listening = listen();
    await using dialler = startDialler();
    const holders = holdersWith();
    const owner = await dialler.dial(listening);
    expect(holders.find(owner, () => true)).toEqual({ known: undefined, descriptor: -1, isContainer: true });
    expect(pidOf(holders.find(owner, never))).toBe(dialler.pid);
  });

  test("that nobody here holds counts as a container", () => {
    expect(holdersWith().find({ uid: 54_321, inode: 1 }, never)).toEqual({
      known: undefined,
      descriptor: -1,
      isContainer: true,
    });
  });
});
