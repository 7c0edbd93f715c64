// Every finding of `doctor`, on a machine where its cause is real; without one it exits 0 and finds nothing.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Netns, canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { type World, testWorld } from "../support/world.ts";
import { firstLine, killTree, rootPart } from "./guard.ts";

type Doctor = { ok: boolean; fixed: string[]; findings: { id: string; level: string; message: string; fix: string }[] };

async function doctor(world: World, env: Record<string, string> = {}, ...flags: string[]) {
  const { stdout, exitCode } = await world.metacred(["doctor", "--json", ...flags], { env });
  const report = JSON.parse(stdout) as Doctor;
  expect(exitCode).toBe(report.ok ? 0 : 1);
  return report;
}
const ids = ({ findings }: Doctor) => findings.map(({ id }) => id);

describe.skipIf(!canUseNetns(["nft", "curl", "python3"]))("doctor beside a daemon that serves", () => {
  const undo = new AsyncDisposableStack();
  let ns: Netns;
  let world: World;
  beforeAll(async () => {
    ns = undo.use(await netns());
    world = undo.use(await testWorld({ ns }));
    expect((await world.metacred(["serve", "--role", "dev", "--background"])).stderr).toContain("serving dev");
  });
  afterAll(() => undo.disposeAsync());

  test("finds nothing: exit 0", async () => {
    expect(await doctor(world)).toEqual({ ok: true, fixed: [], findings: [] });
    expect((await world.metacred(["doctor"])).stdout).toBe("a fresh SDK gets the role\n");
  });

  test.each([
    ["AWS_ACCESS_KEY_ID=AKIAX", "variable", "unset AWS_ACCESS_KEY_ID"],
    ["AWS_PROFILE=corp", "variable", "unset AWS_PROFILE"],
    ["AWS_CONTAINER_CREDENTIALS_FULL_URI=http://x", "variable", "unset AWS_CONTAINER_CREDENTIALS_FULL_URI"],
    ["AWS_WEB_IDENTITY_TOKEN_FILE=/x", "variable", "unset AWS_WEB_IDENTITY_TOKEN_FILE"],
    ["AWS_EC2_METADATA_DISABLED=true", "disabled", "unset AWS_EC2_METADATA_DISABLED"],
    ["AWS_EC2_METADATA_DISABLED=false", "disabled", "unset AWS_EC2_METADATA_DISABLED"],
    ["AWS_EC2_METADATA_SERVICE_ENDPOINT=http://10.0.0.1/", "endpoint", "unset AWS_EC2_METADATA_SERVICE_ENDPOINT"],
    ["HTTP_PROXY=http://127.0.0.1:9", "proxy", "export NO_PROXY=${NO_PROXY:+$NO_PROXY,}169.254.169.254"],
    ["http_proxy=http://127.0.0.1:9", "proxy", "export NO_PROXY=${NO_PROXY:+$NO_PROXY,}169.254.169.254"],
  ])("%s", async (assignment, id, fix) => {
    const [name = "", value = ""] = assignment.split(/=(.*)/s);
    const report = await doctor(world, { [name]: value });
    expect(report).toMatchObject({ ok: false, findings: [{ id, level: "error", fix }] });
  });

  test("what looks alike and does no harm", async () => {
    const env = {
      HTTP_PROXY: "http://127.0.0.1:9",
      NO_PROXY: "localhost, 169.254.169.254",
      AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://169.254.169.254",
      AWS_EC2_METADATA_V1_DISABLED: "true",
      AWS_PROFILE: "",
    };
    expect(await doctor(world, env)).toEqual({ ok: true, fixed: [], findings: [] });
  });

  test("a profile named default that has credentials", async () => {
    const keys = "[default]\naws_access_key_id = AKIAX\naws_secret_access_key = x\n";
    const env = { AWS_SHARED_CREDENTIALS_FILE: world.file("aws/other", keys) };
    expect(await doctor(world, env)).toMatchObject({ ok: false, findings: [{ id: "profile" }] });
  });

  test("a clock that is off, by any answer of AWS's", async () => {
    const script = `import http.server, email.utils, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_response_only(403); self.send_header("Date", email.utils.formatdate(time.time() - 600, usegmt=True)); self.end_headers()
server = http.server.HTTPServer(("127.0.0.1", 0), Handler); print(server.server_port, flush=True); server.serve_forever()`;
    const aws = ns.spawn(["python3", "-c", script]);
    const env = { AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${await firstLine(aws.stdout)}` };
    const report = await doctor(world, env);
    expect(report.findings).toMatchObject([{ id: "clock", level: "error", fix: "sudo timedatectl set-ntp true" }]);
    expect(report.findings[0]?.message).toMatch(/^this machine's clock is (599|600|601) s ahead of AWS's$/);
  });

  test("other users' files: said, and mended by --fix", async () => {
    const config = join(world.folder, "config.toml");
    const state = join(world.folder, "home/.local/state/metacred");
    chmodSync(config, 0o666);
    chmodSync(state, 0o755);
    expect(await doctor(world)).toMatchObject({
      ok: true,
      findings: [
        { id: "permissions", fix: `chmod go-w ${config}` },
        { id: "permissions", fix: `chmod 700 ${state}` },
      ],
    });
    expect(await doctor(world, {}, "--fix")).toMatchObject({
      fixed: [`chmod go-w ${config}`, `chmod 700 ${state}`],
      findings: [],
    });
    expect([statSync(config).mode & 0o777, statSync(state).mode & 0o777]).toEqual([0o644, 0o700]);
  });

  test("foreign rules in front of ours are named", async () => {
    const rules = `add table ip other; add chain ip other c { type nat hook output priority -150 ; }
      add rule ip other c ip daddr 169.254.169.254 tcp dport 80 dnat to 127.0.0.1:9`;
    expect((await world.run(["nft", rules])).stderr).toBe("");
    const report = await doctor(world);
    await world.run(["nft", "delete", "table", "ip", "other"]);
    expect(report).toMatchObject({ ok: false, findings: [{ id: "unreachable" }] });
    expect(report.findings[0]?.message).toContain("but the rules of table ip other");
  });
});

// What stays with a daemon once it has happened: each with one of its own.
describe.skipIf(!canUseNetns(["nft", "curl"]))("doctor beside a daemon that has been through something", () => {
  test("refused requests of other users", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    await world.run(["curl", "-s", "http://127.0.0.1:25772/"], { uid: 65_534 });
    const report = await doctor(world);
    expect(report).toMatchObject({ ok: true, findings: [{ id: "refused", level: "warning" }] });
    expect(report.findings[0]?.fix).toContain('users = ["{user}", "root"]');
  });

  test("no role; root's part killed; endpoint mode", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    await world.run(["curl", "-s", "http://127.0.0.1:25772/"], { uid: 65_534 });
    await world.metacred(["use", "none"]);
    expect(ids(await doctor(world))).toContain("role");
    await world.metacred(["use", "dev"]);
    await killTree(ns, await rootPart(ns));
    await untilTrue("it says so", async () => ids(await doctor(world)).includes("root-part"));
    await world.metacred(["net", "down"]);
    expect(await doctor(world)).toMatchObject({ ok: false, findings: [{ id: "endpoint" }, { id: "refused" }] });
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:25772" };
    expect(await doctor(world, env)).toMatchObject({ ok: true, findings: [{ id: "refused" }] });
  });
});

describe.skipIf(!canUseNetns(["nft", "python3"]))("doctor without a daemon", () => {
  test("says so, and what else would be in its way", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    expect(ids(await doctor(world))).toEqual(["daemon"]);

    await ns.run(["ip", "address", "add", "169.254.169.254/32", "dev", "lo"]);
    ns.spawn(["python3", "-m", "http.server", "--bind", "169.254.169.254", "80"]);
    ns.spawn(["python3", "-m", "http.server", "--bind", "127.0.0.1", "25772"]);
    await untilTrue("both are found", async () => ids(await doctor(world)).length === 3);
    const { findings } = await doctor(world);
    expect(findings.map(({ id, message }) => [id, message.replace(/\d{2,}\)/, "N)")])).toEqual([
      ["daemon", "metacred is not running"],
      ["foreign", "169.254.169.254 is answered by python3 (pid N)"],
      ["port", "port 25772 is taken by python3 (pid N)"],
    ]);
  });

  test("leftovers, stale files: the latter mended by --fix", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await ns.run(["ip", "address", "add", "169.254.169.254/32", "dev", "lo", "label", "lo:metacred"]);
    const run = join(world.folder, "run/metacred");
    mkdirSync(run, { recursive: true, mode: 0o700 });
    const lock = world.file("run/metacred/serve.lock", "1 1");
    expect(await doctor(world)).toMatchObject({
      findings: [{ id: "daemon" }, { id: "leftovers", fix: "metacred net down" }, { id: "stale", fix: `rm ${lock}` }],
    });
    expect((await doctor(world, {}, "--fix")).fixed).toEqual([`rm ${lock}`]);
    expect((await world.metacred(["net", "down"])).exitCode).toBe(0);
    expect(ids(await doctor(world))).toEqual(["daemon"]);
  });

  test("no tools", async () => {
    await using ns = await netns();
    const bare = `mount -t tmpfs t /usr/sbin && exec "$@"`;
    const enter = ["ip", "netns", "exec", ns.name, "unshare", "--mount", "sh", "-c", bare, "sh"];
    await using world = await testWorld({ ns, enter });
    expect(ids(await doctor(world))).toEqual(["daemon", "tools"]);
  });
});
