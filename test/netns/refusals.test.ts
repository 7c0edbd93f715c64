// What `serve` and `use` refuse because of what is at 169.254.169.254: somebody else's service, or metacred itself.
import { describe, expect, test } from "bun:test";
import { canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { get } from "./guard.ts";
import { isAlive, testWorld } from "../support/world.ts";

// Before metacred's chain, so that it gets the requests, to a port where nobody is.
const FOREIGN_RULES = `table ip foreign {
  chain output {
    type nat hook output priority -150
    ip daddr 169.254.169.254 tcp dport 80 dnat to 127.0.0.1:9
  }
}`;

// As many connections as one process may hold, all idle.
const FLOOD = `
import resource, socket, time
resource.setrlimit(resource.RLIMIT_NOFILE, (6000, 6000)) if resource.getrlimit(resource.RLIMIT_NOFILE)[1] >= 6000 else None
held = []
try:
    for _ in range(5000):
        held.append(socket.create_connection(("127.0.0.1", 25772), timeout=5))
except OSError:
    pass
print(len(held), flush=True)
time.sleep(1000)
`;

describe.skipIf(!canUseNetns(["nft", "curl", "python3"]))("169.254.169.254", () => {
  test("another service answers there: refused, unless --force", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await ns.run(["ip", "address", "add", "169.254.169.254/32", "dev", "lo"]);
    ns.spawn(["python3", "-m", "http.server", "--bind", "169.254.169.254", "80"]);
    const answers = async () =>
      (await world.run(["curl", "-s", "-o", "/dev/null", "http://169.254.169.254/"])).exitCode === 0;
    await untilTrue("the other service answers", answers);
    const refused = await world.metacred(["serve", "--role", "dev", "--background"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(
      /^metacred: another metadata service answers at 169.254.169.254 already: python3 \(pid \d+\)\n {2}try: /,
    );
    expect((await world.run(["nft", "list", "ruleset"])).stdout).toBe("");
    const forced = await world.metacred(["serve", "--role", "dev", "--background", "--force"]);
    expect(forced.stderr).toContain("serving dev");
    expect((await world.metacred(["stop"])).exitCode).toBe(0);
    expect(await answers()).toBe(true);
  });

  import { get } from "./guard.ts";
  test("another program's rules get the requests first: said, and nothing is left", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await ns.run(["sh", "-c", `printf '%s\\n' '${FOREIGN_RULES}' | nft -f -`]);
    const { exitCode, stderr } = await world.metacred(["serve", "--role", "dev", "--background"]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining("metacred: a request to 169.254.169.254 does not reach metacred"),
    });
    expect((await world.run(["nft", "list", "tables"])).stdout).toBe("table ip foreign\n");
    expect((await world.metacred(["status"])).exitCode).toBe(3);
  });

  test("a slow base that fails is not taken for a loop, and stop ends what it started", async () => {
    await using ns = await netns();
    const slow = 'sh -c "sleep 5; echo sealed >&2; exit 1"';
    const awsConfig = `[profile slow]\ncredential_process = ${slow}\n[profile hangs]\ncredential_process = sleep 7777\n`;
    await using world = await testWorld({ ns, awsConfig });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    const { stderr } = await world.metacred(["use", "slow"]);
    expect(stderr).toContain("sealed");
    const pid = await world.daemonPid();
    const hanging = world.metacred(["use", "hangs"]);
    const child = async () => Number((await world.run(["pgrep", "-P", String(pid), "-f", "sleep 7777"])).stdout.trim());
    await untilTrue("it hangs", async () => (await child()) > 0);
    const group = await child();
    await world.metacred(["stop"]);
    await untilTrue("it is gone", () => !isAlive(group), 3000);
    await hanging;
  });

  test("a flood of connections by another user takes no place from the owner", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    const flood = ns.spawn(["python3", "-c", FLOOD], { uid: 65_534 });
    await flood.stdout.getReader().read();
    expect((await world.metacred(["status", "--check"])).exitCode).toBe(0);
    const token = ["curl", "-sS", "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60"];
    expect((await world.run([...token, "http://169.254.169.254/latest/api/token"])).stdout).toHaveLength(56);
  });

  test("a credential_process that asks metacred itself: a loop, named; the role stays", async () => {
    await using ns = await netns();
    const ask = "curl --silent --show-error --fail --request PUT http://169.254.169.254/latest/api/token";
    await using world = await testWorld({ ns, awsConfig: `[profile asks]\ncredential_process = sh -c "${ask}"\n` });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    const { exitCode, stderr } = await world.metacred(["use", "asks"]);
    expect(stderr).toStartWith(
      "metacred: the credentials of profile asks come from 169.254.169.254, which is metacred itself: a loop\n  try: ",
    );
    expect(exitCode).toBe(1);
    const status = JSON.parse((await world.metacred(["status", "--json"])).stdout);
    expect(status).toMatchObject({ state: "serving", role: { name: "dev" }, refusals: { loop: 1 } });
  });

  test("a base in endpoint mode that asks metacred itself: the same", async () => {
    await using ns = await netns();
    const ask = "curl --silent --fail --request PUT $AWS_EC2_METADATA_SERVICE_ENDPOINT/latest/api/token";
    await using world = await testWorld({ ns, awsConfig: `[profile asks]\ncredential_process = sh -c "${ask}"\n` });
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:25772" };
    await world.metacred(["serve", "--role", "dev", "--background", "--no-redirect"], { env });
    expect((await world.metacred(["use", "asks"], { env })).stderr).toContain("which is metacred itself: a loop");
  });
});
