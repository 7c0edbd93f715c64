// Containers on a bridge, where [containers] lets them in: their own role or none, and nothing left behind.
import { describe, expect, test } from "bun:test";
import type { Status } from "../../src/daemon/protocol.ts";
import { DOCKER0, addBridge, must, plugIn } from "../support/bridge.ts";
import { type Netns, canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, type World, testWorld } from "../support/world.ts";
import { traces } from "./guard.ts";

const NETWORK = { name: "br-0123456789ab", address: "172.18.0.1" };
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
const statusOf = async (world: World) => JSON.parse((await world.metacred(["status", "--json"])).stdout) as Status;
const addressesOf = async (world: World) => (await statusOf(world)).containers?.addresses ?? [];
const serve = async (world: World) =>
  expect((await world.metacred(["serve", "--role", "dev", "--background"])).stderr).toContain("serving dev");

const FLOOD = `import resource, socket, time
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
held = [socket.create_connection(("169.254.169.254", 80), timeout=5) for _ in range(5000)]
print(len(held), flush=True)
time.sleep(1000)`;

describe.skipIf(!canUseNetns(["nft", "iptables", "curl", "python3"]))("a container on a bridge", () => {
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

  test("takes no connection from another one, however many it holds", async () => {
    await using hostile = await netns();
    await using container = await netns();
    await using machine = await netns();
    await addBridge(machine, DOCKER0);
    await plugIn(machine, hostile, DOCKER0, 2);
    await plugIn(machine, container, DOCKER0, 3);
    await using world = await testWorld({ ns: machine, config: config("nft") });
    await serve(world);
    await untilTrue("its role is there", async () => (await roleOf(container)) === "ReadOnly");
    const flood = hostile.spawn(["python3", "-c", FLOOD]);
    await flood.stdout.getReader().read();
    expect([await roleOf(container), await roleOf(machine)]).toEqual(["ReadOnly", "Developer"]);
  });

  test("without a default role gets 404 and the reason, and metadata", async () => {
    await using container = await netns();
    await using machine = await netns();
    await addBridge(machine, DOCKER0);
    await plugIn(machine, container, DOCKER0);
    await using world = await testWorld({ ns: machine, config: config("nft", "") });
    await serve(world);
    await untilTrue("it is answered", async () => (await ask(container, "security-credentials/")).endsWith("404"));
    expect(await ask(container, "security-credentials/metacred")).toContain("[containers] default_role names it");
    expect((await world.metacred(["status"])).stdout).toContain("no role: [containers] default_role is empty");
    expect(await roleOf(machine)).toBe("Developer");
  });

  test("on a network that is made or removed while serving", async () => {
    await using late = await netns();
    await using stranger = await netns();
    await using machine = await netns();
    await using world = await testWorld({ ns: machine, config: config("nft") });
    await serve(world);
    expect(await addressesOf(world)).toEqual([]);
    await addBridge(machine, NETWORK);
    await plugIn(machine, late, NETWORK);
    // A bridge to other machines.
    const lan = { name: "br-lan", address: "172.19.0.1" };
    await addBridge(machine, lan);
    await plugIn(machine, stranger, lan);
    await untilTrue("it is served", async () => (await roleOf(late)) === "ReadOnly");
    expect([await addressesOf(world), await roleOf(stranger)]).toEqual([["172.18.0.1"], ""]);
    await must(machine, "ip link set br-0123456789ab down; ip link set br-0123456789ab up");
    await untilTrue("it is served again", async () => (await roleOf(late)) === "ReadOnly");
    await must(machine, "ip link del br-0123456789ab");
    await untilTrue("nothing is listened to", async () => (await addressesOf(world)).length === 0);
    expect((await world.metacred(["stop"])).exitCode).toBe(0);
    expect(await traces(machine)).toEqual([]);
  });

  test("by Docker's name for this machine gets its own role, and a host's program by that name no other", async () => {
    await using container = await netns();
    await using machine = await netns();
    await addBridge(machine, DOCKER0);
    await plugIn(machine, container, DOCKER0);
    await using world = await testWorld({ ns: machine, config: config("nft") });
    await serve(world);
    const { endpoint } = (await statusOf(world)).endpoints;
    const { port } = new URL(endpoint);
    const base = `http://host.docker.internal:${port}`;
    const at = (address: string) => ["--resolve", `host.docker.internal:${port}:${address}`];
    await untilTrue(
      "its role is there",
      async () => (await roleOf(container, base, ...at("172.17.0.1"))) === "ReadOnly",
    );
    expect(await roleOf(machine, base, ...at("127.0.0.1"))).toBe("ReadOnly");
    // Its own name for itself is no name that others have for it.
    expect(await ask(container, "info", `http://172.17.0.1:${port}`)).toMatch(/403$/);
  });

  test("is not taken for one where the address is reached by a route of a neighbour's, or by a program of the host's", async () => {
    await using container = await netns();
    await using neighbour = await netns();
    await using machine = await netns();
    await addBridge(machine, DOCKER0);
    await plugIn(machine, container, DOCKER0);
    await addBridge(machine, { name: "lan0", address: "10.9.0.1" });
    await plugIn(machine, neighbour, { name: "lan0", address: "10.9.0.1" });
    await using world = await testWorld({ ns: machine, config: config("nft") });
    await serve(world);
    await untilTrue("the container is served", async () => (await roleOf(container)) === "ReadOnly");
    const { port } = new URL((await statusOf(world)).endpoints.endpoint);
    const host = ["-H", `Host: host.docker.internal:${port}`];
    for (const ns of [neighbour, machine]) {
      expect(await ask(ns, "info", `http://172.17.0.1:${port}`, ...host)).toMatch(/403$/);
    }
    expect((await statusOf(world)).refusals).toEqual({ peer: 4 });
  });

  test("answers go as far as imds.hop_limit says, also by a new configuration", async () => {
    await using nested = await netns();
    await using container = await netns();
    await using machine = await netns();
    await addBridge(machine, DOCKER0);
    await plugIn(machine, container, DOCKER0);
    // Docker in Docker: a container of the container's.
    const inner = { name: "inner0", address: "10.77.0.1" };
    await addBridge(container, inner);
    await plugIn(container, nested, inner);
    await must(
      container,
      `nft 'add table ip t; add chain ip t c { type nat hook postrouting priority 100 ; }; add rule ip t c oifname eth0 masquerade'`,
    );
    const text = (hops: number) => `${config("nft")}[imds]\nhop_limit = ${hops}\n`;
    await using world = await testWorld({ ns: machine, config: text(1) });
    await serve(world);
    await untilTrue("the container is served", async () => (await roleOf(container)) === "ReadOnly");
    expect([await roleOf(machine), await roleOf(nested)]).toEqual(["Developer", ""]);
    world.file("config.toml", text(2));
    expect((await world.metacred(["use", "dev"])).exitCode).toBe(0);
    expect(await roleOf(nested)).toBe("ReadOnly");
  });
});
