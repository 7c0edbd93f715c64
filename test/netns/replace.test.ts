// A newer `serve` takes over from an older daemon: no request fails meanwhile, and nothing of the older one is left.
import { describe, expect, test } from "bun:test";
import { builtBinary } from "../support/built-binary.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { isAlive, testWorld } from "../support/world.ts";

// Asks without a pause and without a retry until it is told to stop; prints how often it asked and what failed.
const ASK = `
import http.client, signal, sys, threading
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
host, port = sys.argv[1], int(sys.argv[2])
asked, failed = 0, []
print("asking", flush=True)
while not stop.is_set():
    try:
        connection = http.client.HTTPConnection(host, port, timeout=2)
        connection.request("PUT", "/latest/api/token", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"})
        token = connection.getresponse().read().decode()
        connection.close()
        asked += 1
        if len(token) != 56: failed.append(repr(token))
    except OSError as error:
        failed.append(repr(error))
print(asked, failed[:3], flush=True)
`;

describe.skipIf(!canUseNetns(["nft", "iptables", "python3"]))("serve over an older daemon", () => {
  test.each([
    ["nft", "169.254.169.254", "80", ["serve", "--background"]],
    ["iptables", "169.254.169.254", "80", ["serve", "--background"]],
    ["none", "127.0.0.1", "25772", ["serve", "--background", "--no-redirect"]],
  ])("redirect %s: no request fails", async (method, host, port, serve) => {
    await using ns = await netns();
    const config = `base = "corp"\ndefault_role = "dev"\n[redirect]\nmethod = "${method}"\n[roles.dev]\nrole_arn = "arn:aws:iam::111122223333:role/Developer"\n`;
    await using world = await testWorld({ ns, config });
    const older = await builtBinary("0.0.1");
    expect((await world.run([older, ...serve])).exitCode).toBe(0);
    const olderPid = await world.daemonPid();
    // `status` and `stop` work across versions: this is the newer one's status of the older daemon.
    expect(JSON.parse((await world.metacred(["status", "--json"])).stdout).version).toBe("0.0.1");

    const asker = ns.spawn(["python3", "-c", ASK, host, port]);
    const output = asker.stdout.getReader();
    await output.read();
    const replaced = await world.metacred(serve);
    expect({ exitCode: replaced.exitCode, stderr: replaced.stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringContaining("serving dev"),
    });
    await untilTrue("the older daemon has ended", () => !isAlive(olderPid), 2000);
    asker.kill("SIGTERM");
    const said = new TextDecoder().decode((await output.read()).value);
    expect(said).toMatch(/^\d+ \[\]\n$/);
    expect(Number.parseInt(said, 10)).toBeGreaterThan(20);

    expect(JSON.parse((await world.metacred(["status", "--json"])).stdout)).toMatchObject({
      state: "serving",
      redirect: { method, healthy: true },
    });
    // The older one may stop a newer daemon, too.
    expect((await world.run([older, "stop"])).exitCode).toBe(0);
    const rules = await world.run([
      "sh",
      "-c",
      "nft list ruleset | grep -c dnat; ip -o addr show lo | grep -c 169.254; ls $XDG_RUNTIME_DIR/metacred",
    ]);
    expect(rules.stdout).toBe("0\n0\n");
  });

  test("an older serve does not replace a newer daemon", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--background", "--role", "dev"]);
    const refused = await world.run([await builtBinary("0.0.1"), "serve", "--background", "--role", "dev"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("is running already");
  });
});
