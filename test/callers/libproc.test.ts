// The structures of macOS's libproc, as bytes laid out by proc_info.h; the calls themselves have never been run on a Mac.
import { describe, expect, test } from "bun:test";
import { createCallerFinder } from "../../src/callers/find-caller.ts";
import { decodeDescriptors, decodeProcess, decodeTcpSocket, openLibproc } from "../../src/callers/libproc.ts";
import { peerBy } from "../../src/callers/peer-credentials.ts";
import type { LibSystem } from "../../src/sys/libsystem.ts";

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
const zeros = (count: number) => "00".repeat(count);

// struct socket_fdinfo: proc_fileinfo (24 bytes), then socket_info, whose soi_kind is at 256 and whose soi_proto at 264.
const socketInfo = (kind: string, ports: string, vflag: string, remote: string, local: string, state: string) =>
  hex(`
    03000000 00000000 0000000000000000 02000000 00000000 ${zeros(136)}
    ${zeros(16)} 01000000 06000000 02000000 ${zeros(68)} ${kind} 00000000
    ${ports} ${zeros(16)} ${vflag}40${zeros(2)} 00000000 ${remote} ${local} ${zeros(16)} ${state} ${zeros(444)}`);
const V4 = (address: string) => `${zeros(12)}${address}`;
const CLIENT = socketInfo("02000000", "00500000 c0de0000", "01", V4("a9fea9fe"), V4("a9fea9fe"), "04000000");
const MAPPED_END = `${zeros(10)}ffff7f000001`;
const JAVA = socketInfo("02000000", "64ac0000 c0df0000", "02", MAPPED_END, MAPPED_END, "04000000");
const LISTENER = socketInfo("02000000", "00000000 00500000", "01", V4("00000000"), V4("a9fea9fe"), "01000000");
const UNIX = socketInfo("03000000", "00000000 00000000", "00", zeros(16), zeros(16), "00000000");

// struct proc_bsdinfo of a `curl` with the pid 4711 whose parent is 501.
const processInfo = (pid: number, parent: number, uid: number) => {
  const bytes = hex(`${zeros(48)} 6375726c ${zeros(84)}`);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [
    [12, pid],
    [16, parent],
    [20, uid],
    [28, uid],
  ] as const)
    view.setUint32(at, value, true);
  return bytes;
};

describe("structures", () => {
  test("struct socket_fdinfo is 792 bytes long", () => expect(CLIENT).toHaveLength(792));

  test("a client's socket: ports in network order, the IPv4 address in the last word", () => {
    expect(decodeTcpSocket(CLIENT)).toEqual({
      local: { address: Uint8Array.of(169, 254, 169, 254), port: 0xc0de },
      remote: { address: Uint8Array.of(169, 254, 169, 254), port: 80 },
      isListening: false,
    });
  });

  test("an IPv6 socket", () => {
    expect(decodeTcpSocket(JAVA)?.remote).toEqual({ address: hex(MAPPED_END), port: 25772 });
  });

  test("a listener", () => expect(decodeTcpSocket(LISTENER)?.isListening).toBe(true));
  test("no TCP socket", () => expect(decodeTcpSocket(UNIX)).toBeUndefined());
  test("cut short", () => expect(decodeTcpSocket(CLIENT.subarray(0, 400))).toBeUndefined());

  test("struct proc_fdinfo: the sockets among files, pipes and queues", () => {
    const list = hex("00000000 01000000  05000000 02000000  06000000 06000000  07000000 02000000  08000000 05000000");
    expect(decodeDescriptors(list)).toEqual([5, 7]);
  });

  test("struct proc_bsdinfo", () => {
    expect(decodeProcess(processInfo(4711, 501, 1000))).toEqual({ pid: 4711, parent: 501, uid: 1000, name: "curl" });
    const docker = processInfo(1, 1, 1);
    docker.set(Buffer.from("com.docker.backend"), 64);
    expect(decodeProcess(docker)?.name).toBe("com.docker.backend");
    expect(decodeProcess(new Uint8Array(100))).toBeUndefined();
  });
});

type FakeProcess = { parent: number; uid: number; sockets: Record<number, Uint8Array>; isClosed?: boolean };

/** The calls over a table of processes, with the return values of libproc: bytes written, or 0. */
function fakeSystem(processes: Record<number, FakeProcess>): LibSystem {
  const put = (into: Uint8Array, size: number, bytes: Uint8Array) => {
    into.set(bytes.subarray(0, size));
    return Math.min(size, bytes.length);
  };
  return {
    setrlimit: () => 0,
    proc_listpids: (_type, _info, buffer, size) =>
      put(buffer, size, new Uint8Array(Uint32Array.from(Object.keys(processes), Number).buffer)),
    proc_pidinfo(pid, flavor, _argument, buffer, size) {
      const found = processes[pid];
      if (found === undefined) return 0;
      if (flavor === 3) return put(buffer, size, processInfo(pid, found.parent, found.uid));
      if (found.isClosed === true) return 0;
      const list = Object.keys(found.sockets).flatMap((fd) => [Number(fd), 2]);
      return put(buffer, size, new Uint8Array(Uint32Array.from(list).buffer));
    },
    proc_pidfdinfo: (pid, fd, _flavor, buffer, size) =>
      put(buffer, size, processes[pid]?.sockets[fd] ?? new Uint8Array()),
    getpeereid(fd, uid) {
      new DataView(uid.buffer).setUint32(0, 501, true);
      return fd === 9 ? 0 : -1;
    },
  };
}

const machine = fakeSystem({
  1: { parent: 0, uid: 0, sockets: {} },
  300: { parent: 1, uid: 501, sockets: { 3: UNIX, 4: LISTENER } },
  4711: { parent: 300, uid: 501, sockets: { 5: UNIX, 6: CLIENT, 7: JAVA } },
  // Another user's: its descriptors are not told.
  5000: { parent: 1, uid: 502, sockets: { 3: CLIENT }, isClosed: true },
});

describe("a caller", () => {
  const find = createCallerFinder({ platform: "darwin", libc: undefined, libproc: openLibproc(machine) });

  test("through the redirect", () => {
    const peer = { address: "169.254.169.254", port: 0xc0de, localAddress: "127.0.0.1", localPort: 25772 };
    expect(find(peer)).toMatchObject({ uid: 501, pid: 4711, name: "curl" });
  });

  test("a v4-mapped one, directly", () => {
    const peer = { address: "127.0.0.1", port: 0xc0df, localAddress: "127.0.0.1", localPort: 25772 };
    expect(find(peer)).toMatchObject({ uid: 501, pid: 4711 });
  });

  test("of another user, or gone: unknown, and so refused", () => {
    const unknown = { uid: undefined, inode: undefined };
    const peer = { address: "169.254.169.254", port: 1, localAddress: "127.0.0.1", localPort: 25772 };
    expect(find(peer)).toEqual(unknown);
    const without = createCallerFinder({ platform: "darwin", libc: undefined, libproc: undefined });
    expect(without({ ...peer, port: 0xc0de })).toEqual(unknown);
  });

  test("of a child of this daemon: a loop", () => {
    const peer = { address: "169.254.169.254", port: 0xc0de, localAddress: "127.0.0.1", localPort: 25772 };
    const isOwn = (self: number) => {
      const find = createCallerFinder({ platform: "darwin", libc: undefined, libproc: openLibproc(machine, self) });
      const caller = find(peer);
      return caller.pid !== undefined && caller.isOwn();
    };
    expect([300, 4711, 5000].map(isOwn)).toEqual([true, true, false]);
  });

  test("one that asked before is looked into first, and one that has ended is forgotten", () => {
    const table: Record<number, FakeProcess> = {
      300: { parent: 1, uid: 501, sockets: { 4: LISTENER } },
      4711: { parent: 300, uid: 501, sockets: { 6: CLIENT } },
    };
    const lists: number[] = [];
    const system = fakeSystem(table);
    const libproc = openLibproc({
      ...system,
      proc_listpids(...words) {
        lists.push(1);
        return system.proc_listpids(...words);
      },
    });
    const find = () =>
      libproc.find({ address: "169.254.169.254", port: 0xc0de }, { address: "169.254.169.254", port: 80 });
    expect([find()?.pid, find()?.pid, lists.length]).toEqual([4711, 4711, 1]);
    delete table[4711];
    expect([find(), lists.length]).toEqual([undefined, 2]);
  });

  test("among more processes than fit into the first buffer", () => {
    const many = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => [10_000 + index, { parent: 1, uid: 501, sockets: {} }]),
    );
    const libproc = openLibproc(fakeSystem({ ...many, 12_999: { parent: 1, uid: 501, sockets: { 3: CLIENT } } }));
    const end = { address: "169.254.169.254", port: 0xc0de };
    expect(libproc.find(end, { ...end, port: 80 })).toMatchObject({ uid: 501, pid: 12_999 });
  });
});

test("who is at the other end of the control socket", () => {
  const peer = peerBy(undefined, machine);
  expect([peer?.(9), peer?.(10)]).toEqual([{ uid: 501 }, undefined]);
  expect(peerBy(undefined, undefined)).toBeUndefined();
});
