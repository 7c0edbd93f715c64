// `serve` and `net` take the road of macOS here: the script that ships there, pf and ifconfig as test/support/mac-tools.ts
// has them, and a real packet that goes where the rule says. Who asks cannot be told without libproc, so nobody gets in.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { macTools } from "../support/mac-tools.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { scratchFolder } from "../support/scratch-folder.ts";
import { untilTrue } from "../support/until.ts";
import { testWorld } from "../support/world.ts";
import { firstLine } from "./guard.ts";

const PROGRAM = join(import.meta.dir, "../support/on-a-mac.ts");
const ANCHOR = "com.apple/250.metacred-0";
const NOTHING = { anchors: [], references: [] };

describe.skipIf(!canUseNetns(["nft", "curl", "unshare"]))("on a Mac", () => {
  test("serve sets the redirect up, repairs it, and undoes it; net up, down and status", async () => {
    await using ns = await netns();
    using folder = scratchFolder();
    const tools = macTools(folder);
    await using world = await testWorld({ ns });
    const net = (action: string) => world.run(tools.wrap([process.execPath, PROGRAM, "net", action]));

    expect((await net("plan")).stdout).toContain(`# adds 169.254.169.254/32 to lo0 and sends port 80 of it`);
    const serve = ns.spawn(tools.wrap([process.execPath, PROGRAM, "serve"]), { env: world.env, cwd: world.folder });
    expect(await firstLine(serve.stdout)).toBe("ready pf");
    expect(tools.state()).toEqual({ anchors: [ANCHOR], references: ["17382105930"] });
    const seen = JSON.parse((await world.metacred(["status", "--json"])).stdout);
    expect(seen.redirect).toMatchObject({ method: "pf", healthy: true, root_part: "running" });
    // It arrives, and is refused: whose request it is was not told.
    const ask = ["curl", "-sS", "-m2", "-o/dev/null", "-w%{http_code}", "http://169.254.169.254/latest/meta-data/"];
    expect((await world.run(ask)).stdout).toBe("403");
    expect((await net("status")).stdout).toContain("redirect   pf, requests arrive");

    // Rules that something else has taken away are back with the daemon's next look.
    await world.run(tools.wrap(["pfctl", "-q", "-a", ANCHOR, "-F", "all"]));
    await untilTrue("the rules are back", async () => (await world.run(ask)).stdout === "403");

    expect(await net("down")).toMatchObject({ exitCode: 0, stderr: "nothing of the redirect is left\n" });
    expect(tools.state()).toEqual(NOTHING);
    expect(await net("up")).toMatchObject({ exitCode: 0, stderr: "169.254.169.254 leads to metacred (pf)\n" });
    expect((await world.run(ask)).stdout).toBe("403");

    serve.kill("SIGTERM");
    await untilTrue("all is undone", () => tools.state().references.length === 0);
    expect(tools.state()).toEqual(NOTHING);
  });

  test("what a killed daemon and root's part have left is removed", async () => {
    await using ns = await netns();
    using folder = scratchFolder();
    const tools = macTools(folder);
    await using world = await testWorld({ ns });
    const net = (action: string) => world.run(tools.wrap([process.execPath, PROGRAM, "net", action]));
    tools.anchor(ANCHOR, "rdr pass on lo0 inet proto tcp from any to 169.254.169.254 port = 80 -> 127.0.0.1 port 1\n");
    await world.run(tools.wrap(["ifconfig", "lo0", "alias", "169.254.169.254", "255.255.255.255"]));

    expect((await net("down")).exitCode).toBe(0);
    expect(tools.state()).toEqual(NOTHING);
    expect((await ns.run(["ip", "address", "show", "dev", "lo"])).stdout).not.toContain("169.254");
  });
});
