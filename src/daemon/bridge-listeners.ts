// A listener on the address of each container bridge, for as long as that bridge is there: networks come and go with
// `docker compose`.
import { containerBridges, isBehind } from "../callers/container-bridges.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../output.ts";
import type { Clock } from "../sys/clock.ts";
import type { Ipv4Address } from "../sys/ipv4-addresses.ts";

export type BridgeListeners = {
  /** Where containers are listened to now. */
  addresses(): readonly string[];
  stop(): Promise<void>;
};

export type Listener = { stop(): Promise<void> };

type Deps = {
  clock: Clock;
  log: Log;
  /** Undefined where the system does not tell just now. */
  look(): readonly Ipv4Address[] | undefined;
  isBridge?: (name: string) => boolean;
  listen(address: string, isContainer: (peer: string) => boolean): Listener;
  /** Root's rules name each bridge. */
  onChange(): void;
};

// A network is made a moment before its first container starts.
const EVERY_MS = 500;

export function listenOnBridges({ clock, log, look, isBridge, listen, onChange }: Deps): BridgeListeners {
  const listeners = new Map<string, Listener>();
  const failed = new Set<string>();
  let bridges: readonly Ipv4Address[] = [];
  let known = "";
  let cancel = () => {};

  const isContainer = (peer: string) => isBehind(bridges, peer);
  const open = (address: string) => {
    try {
      listeners.set(address, listen(address, isContainer));
      failed.delete(address);
    } catch (error) {
      if (!failed.has(address)) log.warn("containers cannot be listened to", { address, error: messageOf(error) });
      failed.add(address);
    }
  };
  const follow = () => {
    const seen = look();
    // As when every descriptor is in use: what is listened to stays.
    if (seen === undefined) return;
    bridges = containerBridges(seen, isBridge);
    const wanted = new Set(bridges.map(({ address }) => address));
    for (const [address, listener] of listeners) {
      if (wanted.has(address)) continue;
      listeners.delete(address);
      void listener.stop();
    }
    for (const address of wanted) if (!listeners.has(address)) open(address);
    const now = JSON.stringify(bridges);
    if (now !== known) {
      log.info("listening to containers", { addresses: [...listeners.keys()].join(" ") || "none" });
      onChange();
    }
    known = now;
  };
  const tick = () => {
    follow();
    cancel = clock.after(EVERY_MS, tick);
  };

  known = JSON.stringify(bridges);
  tick();
  return {
    addresses: () => [...listeners.keys()],
    async stop() {
      cancel();
      await Promise.all([...listeners.values()].map((listener) => listener.stop()));
    },
  };
}
