// A container's network without an engine: a namespace behind a bridge of the machine's, as Docker lays it.
import type { Netns } from "./netns.ts";

export const DOCKER0 = { name: "docker0", address: "172.17.0.1" } as const;

type Bridge = { name: string; address: string };

/** Runs a script as root in a namespace; throws with what it said. */
export async function must(ns: Netns, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await ns.run(["sh", "-ec", script]);
  if (exitCode !== 0) throw new Error(`${script}: ${stderr.trim()}`);
  return stdout;
}

export async function addBridge(machine: Netns, { name, address }: Bridge): Promise<void> {
  await must(
    machine,
    `ip link add ${name} type bridge; ip address add ${address}/16 dev ${name}; ip link set ${name} up`,
  );
}

/** Gives the container the address that ends in `host`, and the bridge as its way out. */
export async function plugIn(machine: Netns, container: Netns, bridge: Bridge, host = 2): Promise<void> {
  const veth = `v${host}${bridge.name.slice(-6)}`;
  const own = bridge.address.replace(/\d+$/, String(host));
  await must(
    machine,
    `ip link add ${veth} type veth peer name eth0 netns ${container.name}; ip link set ${veth} up master ${bridge.name}
     sysctl -qw net.ipv4.ip_forward=1`,
  );
  await must(
    container,
    `ip link set eth0 up; ip address add ${own}/16 dev eth0; ip route add default via ${bridge.address}`,
  );
}
