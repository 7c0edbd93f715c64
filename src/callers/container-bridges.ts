// The bridges by which containers of Docker and Podman reach this machine, and who is behind them.
import { existsSync } from "node:fs";
import type { Ipv4Address } from "../sys/ipv4-addresses.ts";
import { addressBytes } from "./address.ts";

// As the guard script knows them: Docker names a user-defined network's bridge after the network's id. Any other bridge,
// such as br-lan or virbr0, may lead to other machines.
const NAME = /^(?:docker0|br-[0-9a-f]{12}|podman\d{1,2}|cni-podman\d)$/;

export function containerBridges(
  addresses: readonly Ipv4Address[],
  isBridge: (name: string) => boolean = hasBridgeFolder,
): readonly Ipv4Address[] {
  return addresses.filter(({ name }) => NAME.test(name) && isBridge(name));
}

/**
 * Whether a connection from `peer` came out of a container. The bridge's own addresses are this machine; and a neighbour
 * that sends to the bridge's address by a route of its own comes from an address of another network. One that lies about
 * it never sees an answer: that goes to the bridge.
 */
export function isBehind(bridges: readonly Ipv4Address[], peer: string): boolean {
  const bytes = addressBytes(peer);
  if (bytes?.length !== 4 || bridges.some(({ address }) => address === peer)) return false;
  return bridges.some(({ address, prefix }) => {
    const own = addressBytes(address);
    return own !== undefined && network(own, prefix) === network(bytes, prefix);
  });
}

// --- internal ---

function network(bytes: Uint8Array, prefix: number): number {
  const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  return prefix === 0 ? 0 : number >>> (32 - prefix);
}

function hasBridgeFolder(name: string): boolean {
  return existsSync(`/sys/class/net/${name}/bridge`);
}
