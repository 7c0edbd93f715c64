// Root's part installed for a user who may become root once. Its units are read and acted upon by a program of the
// test that does what systemd.socket(5) says for Accept=yes; systemd.test.ts has the real one.
import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { type Alice, createAlice } from "../support/alice.ts";
import { type Netns, canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { type World, testWorld } from "../support/world.ts";
import { firstLine, killTree, rootPart } from "./guard.ts";

// What install writes goes to folders of the test's own, and systemctl only notes down what it was told.
const FURNISH = String.raw`
set -eu
for folder in /usr/local/libexec /run; do mkdir -p $folder; mount -t tmpfs -o mode=755 tmpfs $folder; done
mkdir -p /run/systemd/system
printf '#!/bin/sh\necho "$@" >>/run/systemctl.log\n' >/run/systemctl
chmod 755 /run/systemctl
mount --bind /run/systemctl /usr/bin/systemctl
`;

async function machine(ns: Netns, alice: Alice): Promise<World> {
  const world = await testWorld({ ns, enter: alice.enter });
  chmodSync(world.folder, 0o755);
  expect(await world.run(["sh", "-c", FURNISH])).toMatchObject({ exitCode: 0, stderr: "" });
  await mayBecomeRoot(world);
  await world.run(["chown", "-R", `${alice.uid}:${alice.uid}`, world.folder]);
  return world;
}

const mayBecomeRoot = (world: World) =>
  world.run(["sh", "-c", "umask 227; echo 'alice ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/zz-metacred"]);
const unit = (alice: Alice, suffix: string) => `/etc/systemd/system/metacred-redirect-${alice.uid}${suffix}`;
const written = async (world: World) =>
  (
    await world.run([
      "sh",
      "-c",
      "find /usr/local/libexec /etc/systemd/system -name '*redirect-*'; ls /run/metacred 2>&1",
    ])
  ).stdout;
const rules = async (world: World) =>
  (await world.run(["sh", "-c", "nft list ruleset; ip -o address show dev lo | grep 169.254"])).stdout;
const token = (world: World, uid: number) =>
  world.run(
    [
      "curl",
      "-sS",
      "-m2",
      "-XPUT",
      "-HX-aws-ec2-metadata-token-ttl-seconds: 60",
      "http://169.254.169.254/latest/api/token",
    ],
    { uid },
  );
const listen = async (ns: Netns, alice: Alice) => {
  const script = join(import.meta.dir, "../support/socket-activation.py");
  const argv = [...alice.enter.slice(1), "python3", script, unit(alice, ".socket"), unit(alice, "@.service")];
  const systemd = ns.spawn(["nsenter", ...argv]);
  expect(await firstLine(systemd.stdout)).toBe("listening");
  return systemd;
};

describe.skipIf(!canUseNetns(["nft", "sudo", "useradd", "curl", "python3"]))("net install", () => {
  test("nobody is asked any more; every way of ending leaves nothing; uninstall removes it all", async () => {
    await using ns = await netns();
    await using alice = await createAlice(ns);
    await using world = await machine(ns, alice);
    const as = { uid: alice.uid };
    for (const _time of ["once", "twice"]) {
      const installed = await world.metacred(["net", "install"], as);
      expect(installed.stderr).toContain(unit(alice, ".socket"));
      expect(installed.exitCode).toBe(0);
    }
    expect((await world.run(["cat", "/run/systemctl.log"])).stdout).toContain(
      `enable --quiet metacred-redirect-${alice.uid}.socket\nrestart metacred-redirect-${alice.uid}.socket\n`,
    );
    // From here on she may not become root.
    await world.run([
      "sh",
      "-c",
      "rm /etc/sudoers.d/*metacred*; mount --bind /dev/null /usr/bin/sudo; mount --bind /dev/null /usr/bin/doas || :",
    ]);
    await listen(ns, alice);

    const served = await world.metacred(["serve", "--role", "dev", "--background"], as);
    expect(served.stderr).toStartWith("serving dev");
    expect((await token(world, alice.uid)).stdout).toHaveLength(56);
    expect((await token(world, 0)).exitCode).toBe(7);
    expect(await rules(world)).toContain(`metacred_${alice.uid}`);
    expect(JSON.parse((await world.metacred(["net", "status", "--json"], as)).stdout)).toMatchObject({
      installed: true,
      redirect: { method: "nft", healthy: true, root_part: "running" },
    });

    // Flushed, and root's part killed: both are repaired without a question.
    await world.run(["nft", "flush", "ruleset"]);
    await untilTrue("the rules are back", async () => (await token(world, alice.uid)).exitCode === 0);
    await killTree(ns, await rootPart(ns, `/usr/local/libexec/metacred/redirect-${alice.uid}`));
    await world.run(["nft", "flush", "ruleset"]);
    await untilTrue("another one serves", async () => (await token(world, alice.uid)).exitCode === 0);

    expect((await world.metacred(["net", "down"], as)).exitCode).toBe(0);
    expect(await rules(world)).toBe("");
    expect((await world.metacred(["net", "up"], as)).stderr).toContain("leads to metacred (nft)");
    const daemon = Number(JSON.parse((await world.metacred(["status", "--json"], as)).stdout).pid);
    process.kill(daemon, "SIGKILL");
    await untilTrue("nothing is left of a killed daemon", async () => (await rules(world)) === "", 2000);

    expect((await world.metacred(["serve", "--role", "dev", "--background"], as)).exitCode).toBe(0);
    expect((await world.metacred(["stop"], as)).exitCode).toBe(0);
    expect(await rules(world)).toBe("");

    await mayBecomeRoot(world);
    await world.run(["umount", "/usr/bin/sudo"]);
    for (const _time of ["once", "twice"]) {
      expect((await world.metacred(["net", "uninstall"], as)).exitCode).toBe(0);
      expect(await written(world)).not.toContain("redirect-");
    }
    // So does taking the whole program away.
    await world.metacred(["net", "install"], as);
    expect(await written(world)).toContain("redirect-");
    const prefix = join(world.folder, "home/.local");
    await world.run(["install", "-D", world.binary, join(prefix, "bin/metacred")], as);
    const installer = join(import.meta.dir, "../../install.sh");
    expect(await world.run(["sh", installer, "--uninstall"], { ...as, env: { PREFIX: prefix } })).toMatchObject({
      stdout: expect.stringContaining(`removed metacred from ${prefix}`),
      exitCode: 0,
    });
    expect(await written(world)).not.toContain("redirect-");
    expect((await world.run(["cat", "/run/systemctl.log"])).stdout).toContain(
      `disable --quiet --now metacred-redirect-${alice.uid}.socket`,
    );
  });

  test("what root would run is put into no folder that others can change", async () => {
    await using ns = await netns();
    await using alice = await createAlice(ns);
    await using world = await machine(ns, alice);
    const install = () => world.metacred(["net", "install"], { uid: alice.uid });
    for (const looser of ["chmod 1777", "chmod o+w", `chown ${alice.uid}`, "chgrp 100"]) {
      await world.run(["sh", "-c", `chmod 775 /usr/local/libexec; ${looser} /usr/local/libexec`]);
      const { stderr, exitCode } = await install();
      expect([looser, exitCode, stderr]).toEqual([
        looser,
        5,
        expect.stringContaining("metacred: others than root can change /usr/local/libexec\n"),
      ]);
      expect(await written(world)).not.toContain("redirect-");
      await world.run(["sh", "-c", "chown 0:0 /usr/local/libexec; chmod 755 /usr/local/libexec"]);
    }
    expect((await install()).exitCode).toBe(0);
  });

  test("another user cannot use it, and its owner not for another uid", async () => {
    await using ns = await netns();
    await using alice = await createAlice(ns);
    await using world = await machine(ns, alice);
    await world.metacred(["net", "install"], { uid: alice.uid });
    await listen(ns, alice);
    const socket = `/run/metacred/redirect-${alice.uid}.sock`;
    const say = async (line: string, uid: number) => {
      const script = `import socket,sys
s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(sys.argv[2].encode()); s.shutdown(1)
b=b"-"
while b:
    try: b=s.recv(4096)
    except ConnectionResetError: break
    sys.stdout.write(b.decode())`;
      const { stdout, stderr } = await world.run(["python3", "-c", script, socket, line], { uid });
      return stdout + stderr;
    };
    expect(await say(`nft ${alice.uid} 169.254.169.254=1\n`, alice.uid)).toBe("UP nft\n");
    expect(await say(`nft ${alice.uid} 169.254.169.254=1\n`, 65_534)).toContain("PermissionError");
    expect(await say(`nft ${alice.uid} 169.254.169.254=1\n`, 0)).toBe(`FAIL this part is for uid ${alice.uid} alone\n`);
    expect(await say("nft 0 169.254.169.254=1\n", alice.uid)).toContain("FAIL it was installed for uid");
    expect(await say("nft all 169.254.169.254=1\n", alice.uid)).toContain("FAIL it was installed for uid");
    for (const line of [
      "",
      "\n",
      "$(id)\n",
      "nft ; id\n",
      `nft ${alice.uid} 10.0.0.1=1\n`,
      "clean 0\n",
      `nft ${alice.uid}\n`,
    ]) {
      expect([line, await say(line, alice.uid)]).toEqual([line, expect.stringMatching(/^FAIL [^\n]+\n$/)]);
    }
    expect(await say("clean\n", alice.uid)).toBe("");
    expect(await rules(world)).toBe("");
  });
});
