// Root's part where it lets containers in: the rule of each bridge, and nothing left of it.
import { describe, expect, test } from "bun:test";
import { planCleanup } from "../../src/redirect/linux.ts";
import { DOCKER0, addBridge, must, plugIn } from "../support/bridge.ts";
import { type Netns, canUseNetns, netns } from "../support/netns.ts";
import { FURNITURE, eventually, get, startGuard, startServer, traces } from "./guard.ts";

const OWNER = 12_001;
const OTHER = 12_002;
const NETWORK = { name: "br-0123456789ab", address: "172.18.0.1" };
const able = canUseNetns(["nft", "iptables", "iptables-nft", "iptables-legacy", "curl", "unshare"]);

const ask = (container: Netns) => get(container, 0);

describe.skipIf(!able).each(Object.entries(FURNITURE))("%s", (_, furniture) => {
  test("a container reaches its own bridge's address, by a line also on a new bridge, until the end", async () => {
    await using late = await netns();
    await using container = await netns();
    await using machine = await netns();
    await addBridge(machine, DOCKER0);
    await plugIn(machine, container, DOCKER0);
    await addBridge(machine, NETWORK);
    await must(machine, `ip link set ${NETWORK.name} name br-lan`);
    await plugIn(machine, late, { ...NETWORK, name: "br-lan" });
    const { port } = await startServer(machine, "server", DOCKER0.address, NETWORK.address);
    const guard = await startGuard(machine, { port, owner: OWNER, containers: port, furniture });
    expect(guard.said).toEqual({ up: furniture.up });
    expect([await ask(container), await ask(late)]).toEqual(["server sees 172.17.0.2", "curl 7"]);
    expect(await get(machine, OWNER)).toBe("server sees 169.254.169.254");

    await must(machine, `ip link set br-lan down; ip link set br-lan name ${NETWORK.name} up`);
    guard.again();
    expect(
      await eventually(
        () => ask(late),
        (seen) => seen.startsWith("server"),
      ),
    ).toBe("server sees 172.18.0.2");

    await machine.run(["nft", "flush", "ruleset"]);
    await machine.run(furniture.wrap(["iptables", "-t", "nat", "-F"]));
    expect(await ask(container)).toBe("curl 7");
    guard.again();
    expect(
      await eventually(
        () => ask(container),
        (seen) => seen.startsWith("server"),
      ),
    ).toBe("server sees 172.17.0.2");

    expect(await guard.close()).toBe(0);
    expect([await traces(machine), await ask(container)]).toEqual([[], "curl 7"]);
  });

  test("a container engine that publishes port 80 does not get the requests", async () => {
    await using container = await netns();
    await using machine = await netns();
    await addBridge(machine, NETWORK);
    await plugIn(machine, container, NETWORK);
    const { port } = await startServer(machine, "server", NETWORK.address);
    const guard = await startGuard(machine, { port, owner: OWNER, containers: port, furniture });
    // What Docker does for `-p 80:80`: every local address.
    const rule = "PREROUTING -m addrtype --dst-type LOCAL -p tcp --dport 80 -j DNAT --to-destination 172.18.0.9:80";
    await machine.run(furniture.wrap(["iptables", "-t", "nat", "-A", ...rule.split(" ")]));
    expect(await ask(container)).toBe("server sees 172.18.0.2");
    await guard.close();
  });

  test("after a double kill the next one, or a clean-up, leaves nothing of it, and another user's stays", async () => {
    await using container = await netns();
    await using machine = await netns();
    await addBridge(machine, DOCKER0);
    await plugIn(machine, container, DOCKER0);
    const { port } = await startServer(machine, "server", DOCKER0.address);
    const other = await startGuard(machine, { port, owner: OTHER, furniture });
    const first = await startGuard(machine, { port, owner: OWNER, containers: port, furniture });
    await first.killAll();
    // Without containers, and with another port.
    const second = await startGuard(machine, { port: 1, owner: OWNER, furniture });
    expect(await ask(container)).toBe("curl 7");
    await second.close();
    const third = await startGuard(machine, { port, owner: OWNER, containers: port, furniture });
    await third.killAll();
    expect(await ask(container)).toBe("server sees 172.17.0.2");
    const { argv } = planCleanup({ ownerUid: OWNER, isRoot: true, elevation: undefined });
    expect(await machine.run(furniture.wrap(argv))).toMatchObject({ exitCode: 0 });
    expect([await ask(container), await get(machine, OTHER)]).toEqual(["curl 7", "server sees 169.254.169.254"]);
    await other.close();
    expect(await traces(machine)).toEqual([]);
  });
});
