// The system service as systemd starts it: a user of its own with CAP_NET_ADMIN and nothing else, serving everybody.
import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { canUseNetns, netns } from "../support/netns.ts";
import { notifySocket } from "../support/notify-socket.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, testWorld } from "../support/world.ts";

const SERVICE_UID = 61_234;
const OTHER_UID = 65_534;
const AS_SERVICE = [
  "setpriv",
  `--reuid=${SERVICE_UID}`,
  `--regid=${SERVICE_UID}`,
  "--clear-groups",
  "--inh-caps=-all,+net_admin",
  "--ambient-caps=+net_admin",
  "--bounding-set=-all,+net_admin",
  "--no-new-privs",
];
const PUT_TOKEN = ["curl", "-sS", "-m", "5", "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60"];

describe.skipIf(!canUseNetns(["nft", "iptables", "curl", "/usr/bin/python3"]))("CAP_NET_ADMIN alone", () => {
  test.each(["nft", "iptables"])("%s: every user is served; its end leaves nothing", async (method) => {
    await using ns = await netns();
    const redirect = `[redirect]\nusers = ["*"]\nmethod = "${method}"\n`;
    await using world = await testWorld({ ns, config: `default_role = "dev"\n${CONFIG}${redirect}` });
    chmodSync(world.folder, 0o755);
    await world.run(["chown", "-R", `${SERVICE_UID}:${SERVICE_UID}`, world.folder]);
    await using socket = await notifySocket(`${world.folder}/notify`);
    chmodSync(socket.name, 0o666);
    const argv = ["ip", "netns", "exec", ns.name, ...AS_SERVICE, world.binary, "__service", "--system"];
    const daemon = Bun.spawn(argv, {
      env: { ...world.env, NOTIFY_SOCKET: socket.name },
      stdio: ["ignore", "ignore", "pipe"],
    });
    expect(await socket.next()).toEqual(["READY=1", "STATUS=serving dev"]);
    const token = [...PUT_TOKEN, "http://169.254.169.254/latest/api/token"];
    for (const uid of [OTHER_UID, 0]) expect((await world.run(token, { uid })).stdout).toHaveLength(56);
    // root may ask the daemon of another user, as `sudo metacred status` on a server does.
    expect((await world.metacred(["status", "--check"])).exitCode).toBe(0);

    daemon.kill("SIGTERM");
    expect(await daemon.exited).toBe(0);
    const left = async () => (await world.run(["ip", "-oneline", "address", "show", "dev", "lo"])).stdout;
    await untilTrue("the alias is gone", async () => !(await left()).includes("169.254.169.254"));
    expect((await world.run(["nft", "list", "ruleset"])).stdout).not.toContain("dnat");
  });
});
