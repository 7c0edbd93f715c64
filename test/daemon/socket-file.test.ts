import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { prepareRuntimeDir, privateSocketName, publishSocket } from "../../src/daemon/socket-file.ts";
import { failureOf } from "../support/failure.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const UID = process.getuid?.() ?? -1;
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe("the folder", () => {
  test("is made with its parents, for its owner alone", () => {
    using folder = scratchFolder();
    const made = join(folder.path, "run/metacred");
    prepareRuntimeDir(made, UID);
    expect(modeOf(made)).toBe(0o700);
    prepareRuntimeDir(made, UID);
  });

  test.each([0o755, 0o770, 0o701])("that others may enter (%o) is closed", (mode) => {
    using folder = scratchFolder();
    const open = join(folder.path, "metacred");
    mkdirSync(open);
    chmodSync(open, mode);
    prepareRuntimeDir(open, UID);
    expect(modeOf(open)).toBe(0o700);
  });

  // As root the folder is given away; as anybody else, the caller claims to be another.
  test("of another user is refused", async () => {
    using folder = scratchFolder();
    const [owner, uid] = UID === 0 ? [4242, 0] : [UID, UID + 1];
    if (UID === 0) chownSync(folder.path, owner, owner);
    expect(await failureOf(() => prepareRuntimeDir(folder.path, uid))).toEqual({
      message: `${folder.path} belongs to another user (uid ${owner})`,
      hint: `sudo chown ${uid} ${folder.path}`,
      exit: 1,
    });
  });
});

describe("names", () => {
  test("are told apart by the process", () => {
    expect(privateSocketName("/run/user/1000/metacred", 4711)).toBe("/run/user/1000/metacred/4711.sock");
  });

  // sockaddr_un: 104 bytes on macOS with the zero; `control.sock.old` is the longest of our names.
  test.each<[number, boolean]>([
    [86, true],
    [87, false],
  ])("in a folder of %d bytes: %p", async (length, fits) => {
    const folder = `/${"x".repeat(length - 1)}`;
    if (fits) {
      expect(privateSocketName(folder, 1)).toBe(`${folder}/1.sock`);
      return;
    }
    expect((await failureOf(() => privateSocketName(folder, 1))).message).toMatch(
      /^the path of the control socket is too long/,
    );
  });

  test("are measured in bytes", async () => {
    const failure = await failureOf(() => privateSocketName(`/${"é".repeat(50)}`, 1));
    expect(failure.hint).toBe("export XDG_RUNTIME_DIR=$HOME/.run");
  });

  test("what did not help is not said again", async () => {
    const failure = await failureOf(() => privateSocketName(`/${"h".repeat(90)}/.run/metacred`, 1));
    expect(failure.hint).toBe("export XDG_RUNTIME_DIR=$(mktemp -d)");
  });
});

describe("published", () => {
  const bind = (path: string) => Bun.listen({ unix: path, socket: { data() {} } });
  const answers = (path: string) =>
    Bun.connect({ unix: path, socket: { data() {} } }).then(
      (wire) => (wire.terminate(), true),
      () => false,
    );

  test("a bound socket answers under the name that clients use, 0600, and under no other", async () => {
    using folder = scratchFolder();
    const [bound, published] = [join(folder.path, "1.sock"), join(folder.path, "control.sock")];
    const listener = bind(bound);
    const undo = publishSocket(bound, published);
    expect([existsSync(bound), modeOf(published), await answers(published)]).toEqual([false, 0o600, true]);
    undo();
    expect(existsSync(published)).toBe(false);
    undo();
    listener.stop(true);
  });

  test("over an older one: the newer one answers, and the older one's end leaves it alone", async () => {
    using folder = scratchFolder();
    const published = join(folder.path, "control.sock");
    const [older, newer] = [bind(join(folder.path, "1.sock")), bind(join(folder.path, "2.sock"))];
    const endOlder = publishSocket(join(folder.path, "1.sock"), published);
    const endNewer = publishSocket(join(folder.path, "2.sock"), published);
    endOlder();
    older.stop(true);
    expect(await answers(published)).toBe(true);
    endNewer();
    expect(existsSync(published)).toBe(false);
    newer.stop(true);
  });

  test("one that a killed daemon left behind is replaced", async () => {
    using folder = scratchFolder();
    const published = folder.file("control.sock", "");
    const listener = bind(join(folder.path, "1.sock"));
    publishSocket(join(folder.path, "1.sock"), published);
    expect(await answers(published)).toBe(true);
    listener.stop(true);
  });
});
