// The keychain's ways to be absent, locked or stuck, played by children that answer as keytar's do.
import { describe, expect, test } from "bun:test";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createKeychain } from "../../src/secrets/keychain.ts";
import { openSecrets } from "../../src/secrets/open-secrets.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { failureOf } from "../support/failure.ts";
import { type ScratchFolder, scratchFolder } from "../support/scratch-folder.ts";

const ENV = { PATH: "/usr/bin:/bin" };
const NO_DBUS = `cat >/dev/null; printf '{"failed":"Cannot autolaunch D-Bus without X11 $DISPLAY"}'`;
const LOCKED = `case $(cat) in *'"get"'*) printf '{"value":null}' ;; *) printf '{"failed":"Cannot create an item"}' ;; esac`;
const OPEN = `case $(cat) in *'"get"'*) printf '{"value":"kept"}' ;; *) printf '{"value":null}' ;; esac`;

function keychain(folder: ScratchFolder, script: string, limitMs = 5000) {
  return createKeychain({ env: ENV, stateDir: folder.path, limitMs, command: ["/bin/sh", "-c", script] });
}

function secrets(folder: ScratchFolder, script: string) {
  const said: string[] = [];
  const store = openSecrets("keychain", {
    paths: { stateDir: folder.path },
    env: ENV,
    clock: systemClock,
    patient: false,
    say: (text) => void said.push(text),
    keychain: keychain(folder, script),
  });
  return { said, store };
}

describe("no keychain at all", () => {
  test("a file in its place, said once", async () => {
    using folder = scratchFolder();
    const { said, store } = secrets(folder, NO_DBUS);
    await store.set("a", "1");
    await store.set("b", "2");
    expect([await store.get("a"), await store.get("b")]).toEqual(["1", "2"]);
    expect(said).toEqual([
      `this machine has no keychain: secrets are kept in ${folder.path}/secrets.json, which only you can read`,
    ]);
  });

  test("live sessions are not put into that file", async () => {
    using folder = scratchFolder();
    const { store } = secrets(folder, NO_DBUS);
    await store.forSessions?.set("sessions", "s3cret");
    expect(await store.forSessions?.get("sessions")).toBeUndefined();
    expect(readdirSync(folder.path)).toEqual(["keychain"]);
  });
});

describe("a locked keychain", () => {
  const lockedAfterUse = async (folder: ScratchFolder) => {
    await keychain(folder, OPEN).set("a", "kept");
    return secrets(folder, LOCKED).store;
  };
  const LOCK = { message: "the keychain is locked", exit: 4 };

  test("is no reason to use a file", async () => {
    using folder = scratchFolder();
    const store = await lockedAfterUse(folder);
    expect(await failureOf(() => store.set("a", "new"))).toMatchObject(LOCK);
    expect(readdirSync(folder.path)).toEqual(["keychain"]);
  });

  test("its silence is not taken for absence, and nothing is deleted on it", async () => {
    using folder = scratchFolder();
    const store = await lockedAfterUse(folder);
    expect(await failureOf(() => store.get("a"))).toMatchObject(LOCK);
    expect(await failureOf(() => store.delete("a"))).toMatchObject(LOCK);
  });

  test("what was never kept is absent", async () => {
    using folder = scratchFolder();
    expect(await (await lockedAfterUse(folder)).get("other")).toBeUndefined();
  });
});

test("a stuck keychain: the child is killed at the limit", async () => {
  using folder = scratchFolder();
  const pidFile = join(folder.path, "pid");
  const stuck = keychain(folder, `echo $$ > ${pidFile}; exec sleep 1000`, 300);
  const startedMs = performance.now();
  expect(await failureOf(() => stuck.get("a"))).toMatchObject({ message: "the keychain does not answer", exit: 4 });
  expect(performance.now() - startedMs).toBeLessThan(3000);
  expect(() => process.kill(Number(readFileSync(pidFile, "utf8")), 0)).toThrow();
});

test("one call at a time", async () => {
  using folder = scratchFolder();
  const lock = join(folder.path, "busy");
  const script = `mkdir ${lock} || exit 1; sleep 0.02; rmdir ${lock}; printf '{"value":"v"}'`;
  const slow = keychain(folder, script);
  const answers = await Promise.all(Array.from({ length: 6 }, () => slow.get("a")));
  expect(answers).toEqual(Array.from({ length: 6 }, () => ({ value: "v" })));
});

test("no secret is in the child's arguments or environment", async () => {
  using folder = scratchFolder();
  const seen = join(folder.path, "seen");
  const nosy = keychain(folder, `tr '\\0' '\\n' < /proc/$$/cmdline > ${seen}; env >> ${seen}; ${OPEN}`);
  await nosy.set("a", "s3cret");
  expect(readFileSync(seen, "utf8")).toContain("PATH=");
  expect(readFileSync(seen, "utf8")).not.toContain("s3cret");
});
