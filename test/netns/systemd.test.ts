// The units under a real systemd: root's part started by the socket for the uid that asks, and ended with its connection;
// a user's service and the machine's, notify, restart, status.
import { describe, expect, test } from "bun:test";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { type Netns, netns } from "../support/netns.ts";
import { type SystemdBox, canBootSystemd, systemdBox } from "../support/systemd-box.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, type World, testWorld } from "../support/world.ts";

const READ_ONLY = DEMO_ROLES.readOnly;
const [DEVELOPER_ACCOUNT, READ_ONLY_ACCOUNT] = [DEMO_ROLES.developer, READ_ONLY].map((arn) => arn.split(":")[4]);
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
  await sh(`useradd --create-home --uid ${ALICE} alice; useradd --no-create-home --uid ${BOB} bob
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

  test("a user's service: with net install it has the redirect, at each login, with the role served last", async () => {
    await using it = await machine(`default_role = "dev"\n${CONFIG}`);
    const { world, sh } = it;
    const env = { HOME: "/home/alice", XDG_RUNTIME_DIR: `/run/user/${ALICE}` };
    const as = { uid: ALICE, env };
    const user = (words: string) =>
      sh(
        `setpriv --reuid=${ALICE} --regid=${ALICE} --clear-groups env XDG_RUNTIME_DIR=/run/user/${ALICE} systemctl --user ${words}`,
      );
    const said = () => user("show --property=StatusText --value metacred.service");
    const serves = async (role: string) => {
      const { stdout } = await world.metacred(["status", "--json"], as);
      return stdout !== "" && JSON.parse(stdout).role?.name === role && (await token(world, ALICE)) === 56;
    };
    expect((await world.metacred(["net", "install"], as)).exitCode).toBe(0);
    await sh(`rm /etc/sudoers.d/zz-box; systemctl start user@${ALICE}.service`);

    expect(await world.metacred(["service", "install"], as)).toMatchObject({
      stderr: expect.stringContaining("it is running now: metacred status"),
      exitCode: 0,
    });
    expect(JSON.parse((await world.metacred(["status", "--json"], as)).stdout).redirect).toMatchObject({
      method: "nft",
      healthy: true,
    });
    expect(await said()).toBe("serving dev\n");
    expect((await world.metacred(["use", "prod-readonly"], as)).exitCode).toBe(0);
    expect(await said()).toBe("serving prod-readonly\n");

    // Killed, it is started anew, and has the redirect anew.
    await user("kill --signal=KILL metacred.service");
    await untilTrue("it was started again", () => serves("prod-readonly"), 20_000);
    // Logged out nothing stands; logged in again all of it does.
    await sh(`systemctl stop user@${ALICE}.service`);
    await untilTrue("nothing is left", async () => (await sh("nft list ruleset")) === "");
    await sh(`systemctl start user@${ALICE}.service`);
    await untilTrue("it came with the login", () => serves("prod-readonly"));

    expect((await world.metacred(["service", "uninstall"], as)).exitCode).toBe(0);
    await untilTrue("nothing is left", async () => (await sh("nft list ruleset")) === "");
  });

  test("the machine's service for everybody, and beside it a user's own: each gets what is his", async () => {
    await using it = await machine();
    const { box, world, sh } = it;
    const accountOf = async (uid: number) => {
      const script = `t=$(${TOKEN.map((word) => `'${word}'`).join(" ")} http://169.254.169.254/latest/api/token)
        curl -sS -m2 -H"X-aws-ec2-metadata-token: $t" http://169.254.169.254/latest/dynamic/instance-identity/document`;
      const { stdout } = await world.run(["sh", "-c", script], { uid });
      return /"accountId" *: *"(\d+)"/.exec(stdout)?.[1];
    };
    const alias = async () => (await sh("ip -o address show dev lo")).includes("169.254.169.254");

    expect(await world.metacred(["service", "install", "--system"])).toMatchObject({
      stderr: expect.stringContaining("next: write its roles into /etc/metacred/service.toml"),
      exitCode: 0,
    });
    await sh(`printf 'base = "corp"\ndefault_role = "prod-readonly"\n[roles.prod-readonly]\nrole_arn = "${READ_ONLY}"\n' >>/etc/metacred/top
      cat /etc/metacred/top /etc/metacred/service.toml >/etc/metacred/new; mv /etc/metacred/new /etc/metacred/service.toml
      cp ${world.folder}/aws/config ${world.folder}/aws/credentials /etc/metacred/aws/
      chgrp metacred /etc/metacred/aws/*; chmod 640 /etc/metacred/aws/*
      echo AWS_ENDPOINT_URL_STS=${world.stsUrl} >/etc/metacred/environment
      systemctl restart metacred.service`);
    expect(await sh("systemctl show --property=StatusText --value metacred.service")).toBe("serving prod-readonly\n");
    expect(await sh("ps -o user= -C metacred")).toBe("metacred\n");
    expect(await Promise.all([accountOf(ALICE), accountOf(BOB), accountOf(0)])).toEqual([
      READ_ONLY_ACCOUNT,
      READ_ONLY_ACCOUNT,
      READ_ONLY_ACCOUNT,
    ]);
    // Without CAP_NET_ADMIN and its few exceptions it would be "UNSAFE" at 9 and more.
    const { stdout: exposure } = await box.run(["systemd-analyze", "security", "--no-pager", "metacred.service"]);
    expect(Number(/Overall exposure level for metacred\.service: ([\d.]+)/.exec(exposure)?.[1])).toBeLessThan(3);

    // What it logs is in the journal: by its unit, and with `to = "syslog"` by its name, a JSON object a line.
    const journal = (words: string) => sh(`journalctl --sync && journalctl --no-pager --output=cat ${words}`);
    expect(await journal("--unit=metacred.service")).toContain(" info got credentials role=prod-readonly ");
    await sh(
      `printf '[log]\nto = "syslog"\nformat = "json"\n' >>/etc/metacred/service.toml; systemctl restart metacred.service`,
    );
    const [line = "{}"] = (await journal("--identifier=metacred")).split("\n").filter((one) => one.startsWith("{"));
    expect(JSON.parse(line)).toMatchObject({ level: "info", message: "got credentials", role: "prod-readonly" });

    const as = { uid: ALICE };
    expect((await world.metacred(["serve", "--role", "dev", "--background"], as)).stderr).toContain("\nserving dev");
    expect(await Promise.all([accountOf(ALICE), accountOf(BOB)])).toEqual([DEVELOPER_ACCOUNT, READ_ONLY_ACCOUNT]);
    await sh("systemctl restart metacred.service");
    expect(await Promise.all([accountOf(ALICE), accountOf(BOB)])).toEqual([DEVELOPER_ACCOUNT, READ_ONLY_ACCOUNT]);
    expect((await world.metacred(["stop"], as)).exitCode).toBe(0);
    expect(await Promise.all([accountOf(ALICE), alias()])).toEqual([READ_ONLY_ACCOUNT, true]);
    expect((await world.metacred(["service", "uninstall", "--system"])).exitCode).toBe(0);
    await untilTrue("the address went with the last", async () => !(await alias()));
    expect(await sh("nft list ruleset")).toBe("");
  });
});
