// The units under a real systemd: root's part started by the socket for the uid that asks, and ended with its connection;
// a user's service and the machine's, notify, restart, status.
import { describe, expect, test } from "bun:test";
import { type Netns, netns } from "../support/netns.ts";
import { type SystemdBox, canBootSystemd, systemdBox } from "../support/systemd-box.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, type World, testWorld } from "../support/world.ts";
import { firstLine } from "./guard.ts";

const ALICE = 4711;
const BOB = 4712;

type Machine = AsyncDisposable & { ns: Netns; box: SystemdBox; world: World; sh(script: string): Promise<string> };

async function machine(config = CONFIG): Promise<Machine> {
  const all = new AsyncDisposableStack();
  const ns = all.use(await netns());
  const box = all.use(await systemdBox(ns));
  const world = all.use(await testWorld({ ns, enter: box.enter, apart: true, binary: box.program, config }));
  await box.take(world.folder);
  const sh = async (script: string) => {
    const { stdout, stderr, exitCode } = await box.run(["sh", "-c", script]);
    if (exitCode !== 0) throw new Error(`${script}: ${stdout}${stderr}`);
    return stdout;
  };
  await sh(`useradd --no-create-home --uid ${ALICE} alice; useradd --no-create-home --uid ${BOB} bob
    echo 'ALL ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/zz-box; chmod 440 /etc/sudoers.d/zz-box
    chmod 755 ${world.folder}; chown -R ${ALICE}:${ALICE} ${world.folder}`);
  return { ns, box, world, sh, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const TOKEN = ["curl", "-sS", "-m2", "-XPUT", "-HX-aws-ec2-metadata-token-ttl-seconds: 60"];
const token = async (world: World, uid: number) =>
  (await world.run([...TOKEN, "http://169.254.169.254/latest/api/token"], { uid })).stdout.length;

describe.skipIf(!canBootSystemd(["nft", "sudo", "curl", "useradd"]))("under a real systemd", () => {
  test("net install: started by the socket for one uid, ended with its connection, gone with uninstall", async () => {
    await using it = await machine();
    const { world, sh } = it;
    const as = { uid: ALICE };
    const rules = () => sh("nft list ruleset; ip -o address show dev lo | grep 169.254 || :");
    const parts = () => sh(`systemctl list-units --no-legend --plain 'metacred-redirect-${ALICE}@*' | cut -d' ' -f1`);

    expect(await world.metacred(["net", "install"], as)).toMatchObject({ exitCode: 0 });
    expect(await sh(`systemctl is-active metacred-redirect-${ALICE}.socket`)).toBe("active\n");
    expect(await sh(`stat -c '%U %a' /run/metacred/redirect-${ALICE}.sock`)).toBe("alice 600\n");
    // From here on nobody may become root.
    await sh("rm /etc/sudoers.d/zz-box");

    expect((await world.metacred(["serve", "--role", "dev", "--background"], as)).stderr).toStartWith("serving dev");
    expect([await token(world, ALICE), await token(world, BOB), await token(world, 0)]).toEqual([56, 0, 0]);
    expect(await parts()).toMatch(new RegExp(`^metacred-redirect-${ALICE}@0-\\d+-${ALICE}\\.service\n$`));

    // Another user is not let to the socket, and root's part would not serve him.
    const knock = `setpriv --reuid=${BOB} --regid=${BOB} --clear-groups python3 -c
      "import socket; socket.socket(socket.AF_UNIX).connect('/run/metacred/redirect-${ALICE}.sock')"`;
    expect((await it.box.run(["sh", "-c", knock.replace("\n", " ")])).stderr).toContain("Permission denied");

    // Root's part is killed: another one is started without a question.
    await sh(`systemctl kill --signal=KILL 'metacred-redirect-${ALICE}@*.service'; nft flush ruleset`);
    await untilTrue("it serves again", async () => (await token(world, ALICE)) === 56);
    // The daemon is killed: nothing is left of the rules, and no part of root's runs on.
    const { pid } = JSON.parse((await world.metacred(["status", "--json"], as)).stdout);
    await sh(`kill -KILL ${pid}`);
    await untilTrue("no rule stands without a daemon", async () => (await rules()) === "", 2000);
    await untilTrue("nor does root's part run", async () => (await parts()) === "");

    await sh("echo 'ALL ALL=(root) NOPASSWD: ALL' >/etc/sudoers.d/zz-box");
    await world.metacred(["serve", "--role", "dev", "--background"], as);
    expect((await world.metacred(["net", "uninstall"], as)).exitCode).toBe(0);
    expect(await rules()).toBe("");
    expect(await sh("find /etc/systemd/system /usr/local /run/metacred -name '*redirect*' 2>/dev/null || :")).toBe("");
  });
});
