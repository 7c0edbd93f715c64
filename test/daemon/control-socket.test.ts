import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openControlSocket } from "../../src/daemon/control-socket.ts";
import { createLog } from "../../src/output.ts";
import { manualClock } from "../support/manual-clock.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const LOOK_MS = 3000;

function scene() {
  const folder = scratchFolder();
  const clock = manualClock();
  const runtimeDir = join(folder.path, "run/1000/metacred");
  const socketFile = join(runtimeDir, "control.sock");
  mkdirSync(runtimeDir, { recursive: true, mode: 0o700 });
  const it = { clock, socketFile, root: join(folder.path, "run/1000"), opened: 0, ended: 0 };
  const log = createLog({ level: "error", format: "text", now: () => clock.now(), write() {} });
  const socket = openControlSocket(
    {
      paths: { runtimeDir, socketFile },
      uid: process.getuid?.() ?? -1,
      clock,
      log,
      listen(file) {
        it.opened++;
        writeFileSync(file, "");
        return { stop: async () => void it.ended++ };
      },
    },
    undefined,
  );
  return Object.assign(it, { socket, [Symbol.dispose]: () => folder[Symbol.dispose]() });
}

test("one that is there is left alone", async () => {
  using it = scene();
  await it.clock.advance(100 * LOOK_MS);
  expect([it.opened, it.ended, existsSync(it.socketFile)]).toEqual([1, 0, true]);
});

test("gone with the user's folder: opened anew when that is back, and no sooner", async () => {
  using it = scene();
  rmSync(it.root, { recursive: true });
  await it.clock.advance(10 * LOOK_MS);
  expect([it.opened, existsSync(it.root)]).toEqual([1, false]);
  mkdirSync(it.root, { mode: 0o700 });
  await it.clock.advance(LOOK_MS);
  expect([it.opened, it.ended, existsSync(it.socketFile)]).toEqual([2, 1, true]);
  await it.clock.advance(10 * LOOK_MS);
  expect(it.opened).toBe(2);
  it.socket.unpublish();
  expect(readdirSync(join(it.root, "metacred"))).toEqual([]);
});

test("a successor's is left alone, and after the end none is opened", async () => {
  using it = scene();
  writeFileSync(`${it.socketFile}.new`, "");
  renameSync(`${it.socketFile}.new`, it.socketFile);
  await it.clock.advance(10 * LOOK_MS);
  it.socket.unpublish();
  expect([it.opened, existsSync(it.socketFile)]).toEqual([1, true]);
  rmSync(it.socketFile);
  await it.clock.advance(10 * LOOK_MS);
  expect(it.opened).toBe(1);
});

test("what stands in the way now may be gone later", async () => {
  using it = scene();
  rmSync(join(it.root, "metacred"), { recursive: true });
  writeFileSync(join(it.root, "metacred"), "");
  await it.clock.advance(2 * LOOK_MS);
  expect(it.opened).toBe(1);
  rmSync(join(it.root, "metacred"));
  await it.clock.advance(LOOK_MS);
  expect([it.opened, existsSync(it.socketFile)]).toEqual([2, true]);
});
