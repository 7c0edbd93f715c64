import { describe, expect, test } from "bun:test";
import { chownSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ancestorsOf, isOwnOrDescendant, listenerOf, processOfSocket, suspectsOf } from "../../src/callers/process.ts";
import { requireTools } from "../support/require-tools.ts";
import { descriptorOf, dial, inodeOf, listen } from "./loopback.ts";

const uid = process.getuid?.() ?? -1;

type Process = { parent: number; name?: string; sockets?: readonly number[] };

/** A /proc of a test's own: every process in it belongs to the user who runs the test. */
function fakeProc(processes: Record<number, Process>): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), "metacred-proc-"));
  for (const [pid, { parent, name = "sh", sockets = [] }] of Object.entries(processes)) {
    mkdirSync(join(path, pid, "fd"), { recursive: true });
    writeFileSync(join(path, pid, "stat"), `${pid} (${name}) S ${parent} ${pid} ${pid} 0 -1 4194304 105 0 0 0\n`);
    symlinkSync("/dev/null", join(path, pid, "fd", "0"));
    for (const [index, inode] of sockets.entries())
      symlinkSync(`socket:[${inode}]`, join(path, pid, "fd", `${index + 3}`));
  }
  for (const other of ["self", "net", "1a"]) mkdirSync(join(path, other));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

describe("ancestors", () => {
  test("go up to the first process, whatever the names hold", () => {
    using proc = fakeProc({
      1: { parent: 0, name: "init" },
      20: { parent: 1, name: "a) S 99 (b" },
      300: { parent: 20, name: "tmux: server (x)" },
      4000: { parent: 300, name: ")" },
    });
    expect(ancestorsOf(4000, proc.path)).toEqual([300, 20, 1]);
  });

  test("end where the chain is broken", () => {
    using proc = fakeProc({ 4000: { parent: 300 } });
    expect(ancestorsOf(4000, proc.path)).toEqual([300]);
    expect(ancestorsOf(5, proc.path)).toEqual([]);
  });

  test("end where ids were reused into a ring", () => {
    using proc = fakeProc({ 10: { parent: 20 }, 20: { parent: 30 }, 30: { parent: 20 } });
    expect(ancestorsOf(10, proc.path)).toEqual([20, 30]);
  });
});

describe("the process of a socket", () => {
  const processes = {
    9: { parent: 1, sockets: [77] },
    80: { parent: 9, sockets: [5, 77] },
    700: { parent: 1, sockets: [7] },
  };

  test("is the newest of those that hold it", () => {
    using proc = fakeProc(processes);
    expect(processOfSocket({ uid, inode: 77 }, proc.path)).toBe(80);
  });

  test("is compared as a whole number", () => {
    using proc = fakeProc(processes);
    expect(processOfSocket({ uid, inode: 77777 }, proc.path)).toBeUndefined();
  });

  test("is not looked for among other users' processes", () => {
    using proc = fakeProc(processes);
    const owner = uid === 0 ? 12003 : uid;
    for (const pid of Object.keys(processes)) chownSync(join(proc.path, pid), owner, -1);
    expect(processOfSocket({ uid: owner, inode: 77 }, proc.path)).toBe(80);
    expect(processOfSocket({ uid: owner + 1, inode: 77 }, proc.path)).toBeUndefined();
  });
});

describe("who may hold a socket that nobody is seen to hold", () => {
  type Seen = { uid: number; state?: string; network: "ours" | "another" | "unknown" };

  function procOf(processes: Record<number, Seen>): Disposable & { path: string } {
    const proc = fakeProc(Object.fromEntries(Object.keys(processes).map((pid) => [pid, { parent: 1 }])));
    const network = (name: string) => {
      mkdirSync(join(proc.path, name, "net"), { recursive: true });
      return join(proc.path, name, "net/tcp");
    };
    writeFileSync(network("self"), "");
    for (const [pid, { uid: user, state = "S (sleeping)", network: which }] of Object.entries(processes)) {
      const folder = join(proc.path, pid);
      const ids = [user, user, user, user].join("\t");
      writeFileSync(join(folder, "status"), `Name:\tsh\nState:\t${state}\nUid:\t${ids}\nNSpid:\t${pid}\t7\n`);
      writeFileSync(join(folder, "cgroup"), `0::/of-${pid}\n`);
      writeFileSync(join(folder, "uid_map"), `0 0 ${pid}\n`);
      mkdirSync(join(folder, "ns"));
      symlinkSync("user:[1]", join(folder, "ns/user"));
      symlinkSync("pid:[2]", join(folder, "ns/pid"));
      symlinkSync("/usr/bin/sh", join(folder, "exe"));
      if (which === "ours") linkSync(network("self"), network(pid));
      else if (which === "another") writeFileSync(network(pid), "");
    }
    return proc;
  }

  test("all of the user's that live, and of others' those that may share the network, by their cgroups alone", () => {
    using proc = procOf({
      9: { uid: 1000, network: "another" },
      8: { uid: 1000, network: "ours", state: "Z (zombie)" },
      7: { uid: 0, network: "ours" },
      6: { uid: 0, network: "another" },
      5: { uid: 10_000, network: "unknown" },
      4: { uid: 0, network: "ours", state: "X (dead)" },
    });
    const seen = { userNs: "user:[1]", pidNs: "pid:[2]", pidDepth: 2, program: "/usr/bin/sh" };
    expect(suspectsOf(1000, proc.path)).toEqual([
      { ...seen, cgroups: "0::/of-9\n", uidMap: "0 0 9\n", isUsers: true },
      { cgroups: "0::/of-7\n", isUsers: false },
      { cgroups: "0::/of-5\n", isUsers: false },
    ]);
  });
});

describe("one's own", () => {
  const processes = {
    1: { parent: 0 },
    100: { parent: 1, sockets: [11] },
    200: { parent: 100, sockets: [22] },
    300: { parent: 200, sockets: [33] },
    400: { parent: 1, sockets: [44] },
  };

  test.each([
    ["itself", 11, true],
    ["its child", 22, true],
    ["its child's child", 33, true],
    ["a stranger", 44, false],
    ["nobody", 55, false],
  ])("%s", (_, inode, expected) => {
    using proc = fakeProc(processes);
    expect(isOwnOrDescendant(inode, uid, 100, proc.path)).toBe(expected);
  });
});

describe.skipIf(!requireTools([], { platform: "linux" }))("on this machine", () => {
  test("a connection of this very process is its own", async () => {
    using listening = listen();
    const client = await dial("127.0.0.1", listening.port);
    await listening.next();
    const inode = inodeOf(descriptorOf(client));
    expect(processOfSocket({ uid, inode }, "/proc")).toBe(process.pid);
    expect(isOwnOrDescendant(inode, uid)).toBe(true);
  });

  test("the listener of a port is named", () => {
    using listening = listen();
    const expected = { uid, pid: process.pid, name: expect.stringMatching(/^bun/) };
    expect(listenerOf(listening.port)).toEqual(expected);
  });

  test("nobody listens on a port that is closed", () => {
    const listening = listen();
    const { port } = listening;
    listening[Symbol.dispose]();
    expect(listenerOf(port)).toBeUndefined();
  });
});
