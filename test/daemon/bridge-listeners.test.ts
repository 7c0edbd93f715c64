import { expect, test } from "bun:test";
import { listenOnBridges } from "../../src/daemon/bridge-listeners.ts";
import type { Ipv4Address } from "../../src/sys/ipv4-addresses.ts";
import { manualClock } from "../support/manual-clock.ts";
import { keptLog } from "./fakes.ts";

const DOCKER0 = { name: "docker0", address: "172.17.0.1", prefix: 16 };
const NETWORK = { name: "br-0123456789ab", address: "172.18.0.1", prefix: 16 };

function scene(start: readonly Ipv4Address[] = []) {
  const clock = manualClock();
  const { log, lines } = keptLog();
  const events: string[] = [];
  const taken = new Set<string>();
  let there: readonly Ipv4Address[] | undefined = start;
  let isBehind: (peer: string) => boolean = () => false;
  const bridges = listenOnBridges({
    clock,
    log,
    look: () => there,
    isBridge: () => true,
    listen(address, isContainer) {
      if (taken.has(address)) throw new Error("address in use");
      isBehind = isContainer;
      events.push(`open ${address}`);
      return { stop: async () => void events.push(`close ${address}`) };
    },
    onChange: () => void events.push("rules"),
  });
  return {
    clock,
    lines,
    bridges,
    taken,
    events: () => events.splice(0),
    isContainer: (peer: string) => isBehind(peer),
    /** What is there from the next look on. */
    async become(next: readonly Ipv4Address[] | undefined) {
      there = next;
      await clock.advance(500);
    },
  };
}

test("each bridge is listened to from the start, and nothing is done while nothing changes", async () => {
  const it = scene([DOCKER0, NETWORK, { name: "eth0", address: "10.0.0.2", prefix: 24 }]);
  expect(it.bridges.addresses()).toEqual(["172.17.0.1", "172.18.0.1"]);
  expect(it.events()).toEqual(["open 172.17.0.1", "open 172.18.0.1", "rules"]);
  await it.clock.advance(60_000);
  expect(it.events()).toEqual([]);
});

test("one that comes is opened and told to root's part, one that goes is closed", async () => {
  const it = scene();
  expect(it.events()).toEqual([]);
  await it.become([DOCKER0]);
  expect([it.events(), it.isContainer("172.17.0.9"), it.isContainer("172.18.0.9")]).toEqual([
    ["open 172.17.0.1", "rules"],
    true,
    false,
  ]);
  await it.become([DOCKER0, NETWORK]);
  expect([it.events(), it.isContainer("172.18.0.9")]).toEqual([["open 172.18.0.1", "rules"], true]);
  await it.become([NETWORK]);
  expect([it.events(), it.bridges.addresses()]).toEqual([["close 172.17.0.1", "rules"], ["172.18.0.1"]]);
  await it.bridges.stop();
  expect(it.events()).toEqual(["close 172.18.0.1"]);
  await it.become([DOCKER0]);
  expect(it.events()).toEqual([]);
});

test("an address that cannot be had is said once, and tried again", async () => {
  const it = scene();
  it.taken.add("172.17.0.1");
  await it.become([DOCKER0]);
  await it.clock.advance(5000);
  expect(it.lines.filter((line) => line.includes("cannot be listened to"))).toHaveLength(1);
  expect(it.bridges.addresses()).toEqual([]);
  it.taken.clear();
  await it.clock.advance(500);
  expect(it.bridges.addresses()).toEqual(["172.17.0.1"]);
});

test("a look that fails, as where no descriptor is left, closes nothing", async () => {
  const it = scene([DOCKER0]);
  it.events();
  await it.become(undefined);
  expect([it.events(), it.bridges.addresses()]).toEqual([[], ["172.17.0.1"]]);
  await it.become([DOCKER0]);
  expect(it.events()).toEqual([]);
});
