// The search while serving, on this machine's own /proc.
import { describe, expect, test } from "bun:test";
import { type FoundProcess, createProcessFinder } from "../../src/callers/process-finder.ts";
import { requireTools } from "../support/require-tools.ts";
import { descriptorOf, dial, inodeOf, listen } from "./loopback.ts";

const uid = process.getuid?.() ?? -1;
const NO_SOCKET = 1;

const search = (find: ReturnType<typeof createProcessFinder>, inode: number) =>
  new Promise<FoundProcess | undefined>((resolve) => find({ uid, inode }, resolve));

describe.skipIf(!requireTools([], { platform: "linux" }))("the process of a socket", () => {
  test("with its name and file, in one piece or in many", async () => {
    using listening = listen();
    const client = await dial("127.0.0.1", listening.port);
    const inode = inodeOf(descriptorOf(client));
    let nowMs = 0;
    const inPieces = createProcessFinder({ monotonicMs: () => (nowMs += 0.01) });
    const atOnce = createProcessFinder({ monotonicMs: () => 0 });
    for (const find of [atOnce, inPieces, inPieces]) {
      expect(await search(find, inode)).toEqual({
        pid: process.pid,
        identity: expect.stringMatching(new RegExp(`^${process.pid} \\d+$`)),
        program: expect.stringMatching(/^bun/),
        exe: process.execPath,
      });
    }
  });

  test("is undefined where nobody holds it", async () => {
    expect(await search(createProcessFinder({ monotonicMs: () => 0 }), NO_SOCKET)).toBeUndefined();
  });

  test("is not searched for when searching has taken its share of the time, until that is saved again", async () => {
    using listening = listen();
    const inode = inodeOf(descriptorOf(await dial("127.0.0.1", listening.port)));
    let nowMs = 0;
    let stepMs = 1000;
    const find = createProcessFinder({ monotonicMs: () => (nowMs += stepMs) });
    expect(await search(find, inode)).toBeDefined();
    stepMs = 0;
    expect(await search(find, inode)).toBeUndefined();
    nowMs += 3_600_000_000;
    expect(await search(find, inode)).toBeDefined();
  });
});
