// What `serve` and `use` refuse because of what is at 169.254.169.254: somebody else's service, or metacred itself.
import { describe, expect, test } from "bun:test";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { get } from "./guard.ts";
import { CONFIG, isAlive, testWorld } from "../support/world.ts";

// Before metacred's chain, so that it gets the requests, to a port where nobody is.
const FOREIGN_RULES = `table ip foreign {
  chain output {
    type nat hook output priority -150
    ip daddr 169.254.169.254 tcp dport 80 dnat to 127.0.0.1:9
  }
}`;

// As many connections as one process may hold, all idle.
const FLOOD = `
import resource, socket, sys, time
resource.setrlimit(resource.RLIMIT_NOFILE, (6000, 6000)) if resource.getrlimit(resource.RLIMIT_NOFILE)[1] >= 6000 else None
held = []
try:
    for _ in range(5000):
        held.append(socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5))
except OSError:
    pass
print(len(held), flush=True)
time.sleep(1000)
`;

describe.skipIf(!canUseNetns(["nft", "curl", "python3", "unshare"]))("169.254.169.254", () => {
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

    await world.metacred(["serve", "--role", "dev", "--background", "--no-redirect"]);
    const behind = await world.metacred(["net", "up"]);
    expect(behind.stderr).toMatch(/^metacred: another metadata service answers at 169.254.169.254 already: python3 /);
    expect(behind.stderr).toContain("try: metacred stop, then metacred serve --force");
    expect((await world.run(["nft", "list", "ruleset"])).stdout).toBe("");
    await world.metacred(["stop"]);
    const forced = await world.metacred(["serve", "--role", "dev", "--background", "--force"]);
    expect(forced.stderr).toContain("serving dev");
    expect((await world.metacred(["stop"])).exitCode).toBe(0);
    expect(await answers()).toBe(true);
  });

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
    const slow = 'sh -c "sleep 5; exit 1"';
    const awsConfig = `[profile slow]\ncredential_process = ${slow}\n[profile hangs]\ncredential_process = sleep 7777\n`;
    await using world = await testWorld({ ns, awsConfig });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    const { stderr } = await world.metacred(["use", "slow"]);
    expect(stderr).toContain("credential_process exited with 1");
    const pid = await world.daemonPid();
    const hanging = world.metacred(["use", "hangs"]);
    const child = async () => Number((await world.run(["pgrep", "-P", String(pid), "-f", "sleep 7777"])).stdout.trim());
    await untilTrue("it hangs", async () => (await child()) > 0);
    const group = await child();
    await world.metacred(["stop"]);
    await untilTrue("it is gone", () => !isAlive(group), 3000);
    await hanging;
  });

  test.each([
    ["another user", [], 65_534],
    ["a container under the owner's uid", ["unshare", "--user", "--map-root-user"], undefined],
  ])("a flood of connections by %s takes no place from the owner", async (_, enter, uid) => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    const flood = ns.spawn([...enter, "python3", "-c", FLOOD, "25772"], uid === undefined ? {} : { uid });
    await flood.stdout.getReader().read();
    expect((await world.metacred(["status", "--check"])).exitCode).toBe(0);
    const token = ["curl", "-sS", "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60"];
    expect((await world.run([...token, "http://169.254.169.254/latest/api/token"])).stdout).toHaveLength(56);
  });

  test("nor from what the owner runs under a role of its own", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background", "--no-redirect"]);
    const told = await world.metacred(["exec", "--role", "prod-readonly", "--", "env"]);
    const [url = "", token = ""] = ["_FULL_URI", "_TOKEN"].map(
      (name) => new RegExp(`${name}=(.*)`).exec(told.stdout)?.[1] ?? "",
    );
    const flood = ns.spawn(["python3", "-c", FLOOD, new URL(url).port], { uid: 65_534 });
    await flood.stdout.getReader().read();
    const asked = await world.run(["curl", "-sS", "-m", "5", "-H", `Authorization: ${token}`, url]);
    expect(asked).toMatchObject({ stderr: "", stdout: expect.stringContaining("/ReadOnly") });
  });

  test("a metadata service beyond this machine: refused by its name", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    // A neighbour that owns the address, as a cloud's hypervisor does.
    const furnish = `ip link add mc0 type veth peer name mc1 && ip link set mc0 up && ip link set mc1 up`;
    await ns.run([
      "sh",
      "-c",
      `${furnish} && ip address add 10.9.0.1/24 dev mc0 && ip route add 169.254.169.254 dev mc0`,
    ]);
    await using cloud = await netns();
    await ns.run(["ip", "link", "set", "mc1", "netns", cloud.name]);
    await cloud.run([
      "sh",
      "-c",
      "ip link set mc1 up; ip address add 169.254.169.254/32 dev mc1; ip route add 10.9.0.1 dev mc1",
    ]);
    const script = `import socketserver
class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(4096); self.request.sendall(b"HTTP/1.1 401 Unauthorized\\r\\nServer: EC2ws\\r\\nContent-Length: 0\\r\\n\\r\\n")
socketserver.TCPServer.allow_reuse_address = True
socketserver.TCPServer(("169.254.169.254", 80), Handler).serve_forever()`;
    cloud.spawn(["python3", "-c", script]);
    const curl = ["curl", "-s", "-m", "2", "-o", "/dev/null", "http://169.254.169.254/"];
    await untilTrue("it answers", async () => (await world.run(curl)).exitCode === 0);
    const refused = await world.metacred(["serve", "--role", "dev", "--background"]);
    expect(refused.stderr).toContain("answers at 169.254.169.254 already: the metadata service of an EC2 instance\n");
    expect(refused.exitCode).toBe(1);
    expect((await world.metacred(["net", "status"])).stdout).toContain(
      "answered by the metadata service of an EC2 instance",
    );
    expect((await world.metacred(["serve", "--role", "dev", "--background", "--no-redirect"])).exitCode).toBe(0);
  });

  test("a web server on every address is no metadata service, beside another user's metacred too", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    ns.spawn(["python3", "-m", "http.server", "--bind", "0.0.0.0", "80"]);
    const web = async () => (await world.run(["curl", "-s", "-m", "2", "http://127.0.0.1/"])).stdout;
    await untilTrue("the web server answers", async () => (await web()).includes("Directory listing"));
    expect((await world.metacred(["serve", "--role", "dev", "--background"])).stderr).toContain("serving dev");
    expect(await web()).toContain("Directory listing");
    // Through root's alias another user reaches the web server: what answers there is no metadata service to them.
    expect(await get(ns, 12001)).toContain("Directory listing");
    const seen = await world.metacred(["net", "status", "--json"], {
      uid: 12001,
      env: { HOME: "/", XDG_RUNTIME_DIR: "/" },
    });
    expect(JSON.parse(seen.stdout)).toMatchObject({ daemon: false, alias: true, foreign: null });
    await world.metacred(["stop"]);
    expect(await web()).toContain("Directory listing");
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

  test("a broker that is metacred itself: the same; another emulator is a source like any other", async () => {
    await using ns = await netns();
    await using world = await testWorld({
      ns,
      config: `${CONFIG}[sources.self]\nurl = "http://169.254.169.254"\n[sources.mock]\nurl = "MOCK"\n`,
    });
    world.file("config.toml", (await Bun.file(`${world.folder}/config.toml`).text()).replace("MOCK", world.stsUrl));
    const offers = [{ role: "ReadOnly", arn: DEMO_ROLES.readOnly }];
    await world.aws({ do: "broker", broker: { offers, requiresToken: true } });
    // No proxy can reach that address, so none is asked.
    const env = { HTTP_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" };
    await world.metacred(["serve", "--role", "dev", "--background"], { env });
    const { exitCode, stderr } = await world.metacred(["use", "self"]);
    expect(stderr).toStartWith(
      "metacred: the credentials of broker self come from 169.254.169.254, which is metacred itself: a loop\n  try: ",
    );
    expect(exitCode).toBe(1);
    expect((await world.metacred(["use", "mock"])).exitCode).toBe(0);
    expect((await world.metacred(["status", "--format", "{role} {account}"])).stdout).toBe("mock 222233334444\n");
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
