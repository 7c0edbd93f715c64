// Where there is no sudo: doas.
import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { createAlice } from "../support/alice.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { testWorld } from "../support/world.ts";

const NO_SUDO = "mount --bind /dev/null /usr/bin/sudo; umask 377; echo 'permit nopass alice' >/etc/doas.conf";

describe.skipIf(!canUseNetns(["nft", "doas", "sudo", "useradd"]))("a machine with doas alone", () => {
  test("serve, then stop: nothing is left", async () => {
    await using ns = await netns();
    await using alice = await createAlice(ns);
    await using world = await testWorld({ ns, enter: alice.enter });
    chmodSync(world.folder, 0o755);
    await world.run(["sh", "-c", NO_SUDO]);
    await world.run(["chown", "-R", `${alice.uid}:${alice.uid}`, world.folder]);
    const as = { uid: alice.uid };
    expect((await world.metacred(["net", "plan"], as)).stdout).toContain("/usr/bin/doas -- /bin/sh -c ");
    expect((await world.metacred(["serve", "--role", "dev", "--background"], as)).stderr).toContain("serving dev");
    expect((await world.metacred(["status", "--check"], as)).exitCode).toBe(0);
    expect((await world.metacred(["stop"], as)).exitCode).toBe(0);
    expect((await world.run(["nft", "list", "ruleset"])).stdout).toBe("");

    await world.run(["sh", "-c", "echo 'deny alice' >/etc/doas.conf"]);
    const refused = await world.metacred(["serve", "--role", "dev", "--background"], as);
    expect(refused.stderr).toContain("metacred: root's part of the redirect did not start: doas refused\n  try: ");
    expect(refused.exitCode).toBe(5);
  });
});
