// Who must not get a byte of credentials, each tried in earnest; and the same against a plain bind of the address, which
// shows that every row can fail.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Netns, canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, type World, testWorld } from "../support/world.ts";
import { firstLine } from "./guard.ts";

const OTHER_UID = 65_534;
const EMULATED = "http://169.254.169.254";
const EMULATED_IPV6 = "fd00:ec2::254";
const SECRET = /SecretAccessKey|^[\w=-]{56}/m;

// Takes a base address and options for curl; prints all that it could get, by both versions of the protocol.
const GRAB = `base=$1; shift
token=$(curl -s -m 3 "$@" -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$base/latest/api/token")
echo "$token"
curl -s -m 3 "$@" -H "X-aws-ec2-metadata-token: $token" "$base/latest/meta-data/iam/security-credentials/metacred"
curl -s -m 3 "$@" "$base/latest/meta-data/iam/security-credentials/metacred"
exit 0`;
const grab = (base: string, ...options: string[]) => ["sh", "-c", GRAB, "sh", base, "--noproxy", "*", ...options];

// What a forward proxy does, in the name of whoever runs it.
const PROXY = `import socket, threading
listener = socket.create_server(("127.0.0.1", 0)); print(listener.getsockname()[1], flush=True)
def serve(client):
    head = client.recv(65536)
    try:
        out = socket.create_connection(("169.254.169.254", 80), 2); out.sendall(head)
        while data := out.recv(65536): client.sendall(data)
    except OSError: pass
    client.close()
while True: threading.Thread(target=serve, args=(listener.accept()[0],)).start()`;

type Scene = { machine: Netns; neighbour: Netns; container: Netns; proxyPort: number };
type Attack = { who: string; portOnly?: true; run(scene: Scene): Promise<{ stdout: string }> };

const header = (...headers: string[]) => headers.flatMap((line) => ["-H", line]);
const ATTACKS: readonly Attack[] = [
  {
    who: "a LAN neighbour with a static route and an ARP entry",
    run: ({ neighbour }) => neighbour.run(grab(EMULATED)),
  },
  {
    who: "a LAN neighbour, at the emulator's own port",
    portOnly: true,
    run: ({ neighbour }) => neighbour.run(grab("http://10.9.0.1:25772")),
  },
  {
    who: "an IPv6 neighbour with a route and a neighbour entry",
    run: ({ neighbour }) => neighbour.run(grab(`http://[${EMULATED_IPV6}]`)),
  },
  {
    who: "another local user, by IPv6",
    run: ({ machine }) => machine.run(grab(`http://[${EMULATED_IPV6}]`), { uid: OTHER_UID }),
  },
  { who: "a container on a bridge", run: ({ container }) => container.run(grab(EMULATED)) },
  {
    who: "a container on a bridge, at the emulator's own port",
    portOnly: true,
    run: ({ container }) => container.run(grab("http://172.30.0.1:25772", ...header("Host: 127.0.0.1:25772"))),
  },
  { who: "another local user", run: ({ machine }) => machine.run(grab(EMULATED), { uid: OTHER_UID }) },
  {
    who: "another local user, at the emulator's own port",
    portOnly: true,
    run: ({ machine }) => machine.run(grab("http://127.0.0.1:25772"), { uid: OTHER_UID }),
  },
  {
    who: "a web page by DNS rebinding: a forged Host",
    run: ({ machine }) => machine.run(grab(EMULATED, ...header("Host: rebound.example"))),
  },
  { who: "a browser by its Origin", run: ({ machine }) => machine.run(grab(EMULATED, ...header("Origin: http://x"))) },
  {
    who: "a browser by Sec-Fetch",
    run: ({ machine }) => machine.run(grab(EMULATED, ...header("Sec-Fetch-Mode: no-cors"))),
  },
  {
    who: "a browser by its name",
    run: ({ machine }) =>
      machine.run(grab(EMULATED, "-A", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/144.0")),
  },
  ...["Via: 1.1 proxy", "Forwarded: for=10.9.0.2", "X-Forwarded-For: 10.9.0.2"].map((line) => ({
    who: `a proxy that says ${line}`,
    run: ({ machine }: Scene) => machine.run(grab(EMULATED, ...header(line))),
  })),
  {
    who: "a silent proxy that runs as another user",
    run: ({ machine, proxyPort }) => {
      const base = "http://169.254.169.254";
      return machine.run(["sh", "-c", GRAB, "sh", base, "-x", `http://127.0.0.1:${proxyPort}`]);
    },
  },
  {
    who: "an absolute-form request for another host",
    run: ({ machine }) => machine.run(grab(EMULATED, "--request-target", "http://other.example/latest/api/token")),
  },
];

async function sceneOf(machine: Netns, neighbour: Netns, container: Netns): Promise<Scene> {
  const pair = (here: string, there: string, other: Netns) =>
    `ip link add ${here} type veth peer name ${there} netns ${other.name} && ip link set ${here} up`;
  const must = async (ns: Netns, script: string) => {
    expect(await ns.run(["sh", "-ec", script])).toMatchObject({ exitCode: 0, stderr: "" });
  };
  await must(
    machine,
    `${pair("lan0", "lan1", neighbour)}; ip address add 10.9.0.1/24 dev lan0; ip address add fd10::1/64 dev lan0 nodad`,
  );
  await must(machine, "ip link add br0 type bridge; ip link set br0 up; ip address add 172.30.0.1/16 dev br0");
  await must(
    machine,
    `${pair("box0", "box1", container)}; ip link set box0 master br0; sysctl -qw net.ipv4.ip_forward=1`,
  );
  const { stdout: mac } = await machine.run(["cat", "/sys/class/net/lan0/address"]);
  await must(
    neighbour,
    `ip link set lan1 up; ip address add 10.9.0.2/24 dev lan1; ip route add 169.254.169.254 dev lan1
     ip neigh add 169.254.169.254 lladdr ${mac.trim()} dev lan1
     ip address add fd10::2/64 dev lan1 nodad; ip route add ${EMULATED_IPV6} dev lan1
     ip neigh add ${EMULATED_IPV6} lladdr ${mac.trim()} dev lan1`,
  );
  await must(
    container,
    "ip link set box1 up; ip address add 172.30.0.2/16 dev box1; ip route add default via 172.30.0.1",
  );
  const proxy = machine.spawn(["python3", "-c", PROXY], { uid: OTHER_UID });
  return { machine, neighbour, container, proxyPort: Number(await firstLine(proxy.stdout)) };
}

describe.skipIf(!canUseNetns(["nft", "curl", "python3"]))("nobody else gets a byte", () => {
  const undo = new AsyncDisposableStack();
  let scene: Scene;
  let world: World;
  beforeAll(async () => {
    const [machine, neighbour, container] = [await netns(), await netns(), await netns()];
    for (const ns of [container, neighbour, machine]) undo.use(ns);
    scene = await sceneOf(machine, neighbour, container);
    // The more lenient version, too: what is refused must be refused for who asks.
    world = undo.use(
      await testWorld({ ns: machine, config: `${CONFIG}[imds]\nhttp_tokens = "optional"\nipv6 = true\n` }),
    );
    expect((await world.metacred(["serve", "--role", "dev", "--background"])).stderr).toContain("serving dev");
  });
  afterAll(() => undo.disposeAsync());

  test("but the user does", async () => {
    for (const base of [EMULATED, `http://[${EMULATED_IPV6}]`]) {
      expect((await scene.machine.run(grab(base))).stdout.match(/SecretAccessKey/g)).toHaveLength(2);
    }
  });

  test.each(ATTACKS.map((attack) => [attack.who, attack] as const))("%s", async (_, attack) => {
    expect((await attack.run(scene)).stdout).not.toMatch(SECRET);
    expect((await world.metacred(["status", "--check"])).exitCode).toBe(0);
  });
});

describe.skipIf(!canUseNetns(["curl", "python3"]))("a plain bind of the address gives it all away to", () => {
  const undo = new AsyncDisposableStack();
  let scene: Scene;
  beforeAll(async () => {
    const [machine, neighbour, container] = [await netns(), await netns(), await netns()];
    for (const ns of [container, neighbour, machine]) undo.use(ns);
    scene = await sceneOf(machine, neighbour, container);
    await machine.run(["ip", "address", "add", "169.254.169.254/32", "dev", "lo", "scope", "host"]);
    await machine.run(["ip", "address", "add", `${EMULATED_IPV6}/128`, "dev", "lo", "nodad"]);
    machine.spawn([process.execPath, `${import.meta.dir}/show-secret.ts`, EMULATED_IPV6]);
    const answers = async () => (await machine.run(grab(EMULATED))).stdout.includes("SecretAccessKey");
    await untilTrue("it answers", answers);
  });
  afterAll(() => undo.disposeAsync());

  const rows = ATTACKS.filter(({ portOnly }) => portOnly !== true);
  test.each(rows.map((attack) => [attack.who, attack] as const))("%s", async (_, attack) => {
    expect((await attack.run(scene)).stdout).toMatch(SECRET);
  });
});
