// Containers on a bridge, where [containers] lets them in: their own role or none, and nothing left behind.
import { describe, expect, test } from "bun:test";
import { DOCKER0, addBridge, must, plugIn } from "../support/bridge.ts";
import { type Netns, canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, type World, testWorld } from "../support/world.ts";
import { traces } from "./guard.ts";

const config = (method: string, more = 'default_role = "prod-readonly"') =>
  `${CONFIG}[redirect]\nmethod = "${method}"\n[containers]\nenabled = true\n${more}\n`;

const ASK = `base=$1; path=$2; shift 2
token=$(curl -s -m 3 "$@" -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$base/latest/api/token") || exit
curl -s -m 3 -w '%{http_code}' "$@" -H "X-aws-ec2-metadata-token: $token" "$base/latest/meta-data/iam/$path"`;
const EMULATED = "http://169.254.169.254";
const ask = async (ns: Netns, path: string, base = EMULATED, ...options: string[]) =>
  (await ns.run(["sh", "-c", ASK, "sh", base, path, ...options])).stdout;
/** The account and role in iam/info, else what came instead. */
const roleOf = async (ns: Netns, base = EMULATED, ...options: string[]) => {
  const text = await ask(ns, "info", base, ...options);
  return /InstanceProfileArn" : "[^"]*\/([^/"]+)"/.exec(text)?.[1] ?? text;
};
const serve = async (world: World) =>
  expect((await world.metacred(["serve", "--role", "dev", "--background"])).stderr).toContain("serving dev");

describe.skipIf(!canUseNetns(["nft", "iptables", "curl"]))("a container on a bridge", () => {
  test.each(["nft", "iptables"])("gets the default role, never the active one (%s)", async (method) => {
    await using container = await netns();
    await using machine = await netns();
    await addBridge(machine, DOCKER0);
    await plugIn(machine, container, DOCKER0);
    await using world = await testWorld({ ns: machine, config: config(method) });
    await serve(world);
    await untilTrue("its role is there", async () => (await roleOf(container)) === "ReadOnly");
    expect(await roleOf(machine)).toBe("Developer");
    expect(await ask(container, "security-credentials/metacred")).toContain("SecretAccessKey");
    expect((await world.metacred(["status"])).stdout).toContain("prod-readonly, at 172.17.0.1");
    expect((await world.metacred(["who"])).stdout).toMatch(/container 172\.17\.0\.\d+ +prod-readonly +\d+ requests/);
    expect((await world.metacred(["use", "none"])).exitCode).toBe(0);
    expect([await roleOf(container), await ask(machine, "security-credentials/")]).toEqual([
      "ReadOnly",
      expect.stringMatching(/404$/),
    ]);
    await must(machine, method === "nft" ? "nft flush ruleset" : "iptables -t nat -F");
    await untilTrue("the rules are back", async () => (await roleOf(container)) === "ReadOnly");
    process.kill(await world.daemonPid(), "SIGKILL");
    await untilTrue("nothing is left", async () => (await traces(machine)).length === 0, 2000);
    expect(await must(machine, "sysctl -n net.ipv4.conf.docker0.route_localnet")).toBe("0\n");
  });
});
