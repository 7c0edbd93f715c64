// A network that comes back is noticed at once: what failed without it is tried again then, not when its backoff ends.
import { describe, expect, test } from "bun:test";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { freePort, testWorld } from "../support/world.ts";

describe.skipIf(!canUseNetns(["ip"]))("in a namespace", () => {
  test("a route appears", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    const offers = [{ role: "Developer", arn: DEMO_ROLES.developer }];
    await world.aws({ do: "broker", broker: { offers, sessionSeconds: 600 } });
    world.file("config.toml", `[refresh]\nearly = "2h"\n[sources.afp]\nurl = "${world.stsUrl}"\n`);
    const words = ["serve", "--no-redirect", "--background", "--port", String(freePort()), "--role", "afp/Developer"];
    expect((await world.metacred(words)).exitCode).toBe(0);
    const log = () => Bun.file(`${world.folder}/home/.local/state/metacred/metacred.log`).text();
    await world.run(["ip", "link", "add", "va", "type", "veth", "peer", "name", "vb"]);
    await world.run(["ip", "addr", "add", "10.9.9.9/24", "dev", "va"]);
    await world.run(["ip", "link", "set", "va", "up"]);
    const tookMs = await untilTrue("it is said", async () => (await log()).includes("the network changed"));
    expect(tookMs).toBeLessThan(5000);
    // Nothing had failed and nothing was due: the broker was asked no more than once.
    expect(await world.aws({ do: "count", action: "BrokerCredentials" })).toBe(1);
  });
});
