import { describe, expect, test } from "bun:test";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { createCgroupCheck, pathOfCgroup } from "../../src/callers/cgroup-of-socket.ts";
import { factsOf } from "../../src/callers/process.ts";
import { openSockDiag } from "../../src/callers/sock-diag.ts";
import { openLibc } from "../../src/sys/libc.ts";
import { requireTools } from "../support/require-tools.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { dial, listen } from "./loopback.ts";

describe("a cgroup's path by its number", () => {
  test("at any depth, and none of one that is not there", () => {
    using folder = scratchFolder();
    const path = "/user.slice/user-1000.slice/session-3.scope";
    mkdirSync(join(folder.path, path), { recursive: true });
    mkdirSync(join(folder.path, "system.slice"));
    const numberOf = (name: string) => statSync(join(folder.path, name)).ino;
    expect(pathOfCgroup(folder.path, numberOf(path))).toBe(path);
    expect(pathOfCgroup(folder.path, numberOf("system.slice"))).toBe("/system.slice");
    expect(pathOfCgroup(folder.path, numberOf("."))).toBe("/");
    expect(pathOfCgroup(folder.path, -1)).toBeUndefined();
  });

  test("without such a mount there is none", () => expect(pathOfCgroup("/nowhere/at/all", 1)).toBeUndefined());
});

const libc = openLibc();

describe.skipIf(!requireTools([], { platform: "linux" }))("a connection of this very process", () => {
  test("has a cgroup, is in no other container than we are, and one that is not there has none", async () => {
    if (libc === undefined) throw new Error("no C library");
    using listening = listen();
    await dial("127.0.0.1", listening.port);
    const { peer } = await listening.next();
    const direct = { address: peer.localAddress, port: peer.localPort };
    const sockDiag = openSockDiag(libc);
    expect(sockDiag?.cgroupOf(peer, direct)).toBeGreaterThan(0);
    expect(sockDiag?.cgroupOf({ ...peer, port: 1 }, direct)).toBeUndefined();
    expect(createCgroupCheck(libc, factsOf("self").cgroups)(peer)).toBe(false);
  });
});
