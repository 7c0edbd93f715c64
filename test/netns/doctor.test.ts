// Every finding of `doctor`, on a machine where its cause is real; without one it exits 0 and finds nothing.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, statSync } from "node:fs";
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

  test("a proxy for the address at which commands under exec ask", async () => {
    const env = {
      METACRED_CONFIG: world.file("ecs.toml", '[exec]\nendpoint = "ecs"\n'),
      HTTP_PROXY: "http://127.0.0.1:9",
      NO_PROXY: "169.254.169.254",
    };
    const fix = "export NO_PROXY=${NO_PROXY:+$NO_PROXY,}169.254.170.2";
    expect(await doctor(world, env)).toMatchObject({ ok: true, findings: [{ id: "proxy", level: "warning", fix }] });
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
    const log = join(state, "metacred.log");
    chmodSync(config, 0o666);
    chmodSync(state, 0o755);
    chmodSync(log, 0o644);
    const found = await doctor(world);
    // Such a configuration is not read at all.
    expect(found).toMatchObject({
      ok: false,
      findings: [
        { id: "config", level: "error", message: `${config} may be written by everybody`, fix: `chmod go-w ${config}` },
        { id: "permissions", level: "warning", fix: `chmod 700 ${state}` },
        { id: "permissions", level: "warning", fix: `chmod 600 ${log}` },
      ],
    });
    expect(found.findings).toHaveLength(3);
    expect(await doctor(world, {}, "--fix")).toEqual({
      ok: true,
      fixed: [`chmod go-w ${config}`, `chmod 700 ${state}`, `chmod 600 ${log}`],
      findings: [],
    });
    expect([config, state, log].map((path) => statSync(path).mode & 0o777)).toEqual([0o644, 0o700, 0o600]);
  });

  test("a configuration and a state folder of another user", async () => {
    const config = join(world.folder, "config.toml");
    const state = join(world.folder, "home/.local/state/metacred");
    for (const path of [config, state]) chownSync(path, 65_534, 65_534);
    const found = await doctor(world, {}, "--fix");
    for (const path of [config, state]) chownSync(path, 0, 0);
    expect(found).toMatchObject({
      ok: false,
      fixed: [],
      findings: [
        { id: "config", message: `${config} belongs to another user (uid 65534)`, fix: `sudo chown 0 ${config}` },
        { id: "permissions", fix: `sudo chown 0 ${state}` },
      ],
    });
  });

  test("a shell that nothing is written for", async () => {
    expect(await doctor(world, { SHELL: "/usr/bin/tcsh" })).toMatchObject({
      ok: true,
      findings: [{ id: "shell", fix: "metacred exec -- COMMAND, which needs no shell" }],
    });
    for (const shell of ["/bin/bash", "/usr/bin/zsh", "/usr/bin/fish", "/usr/bin/pwsh", ""])
      expect(await doctor(world, { SHELL: shell })).toMatchObject({ findings: [] });
  });

  test("no keychain: said where something is to be kept in it", async () => {
    const sso = "[profile sso]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n";
    const env = { AWS_CONFIG_FILE: world.file("aws/sso", sso) };
    expect(await doctor(world, env)).toMatchObject({
      ok: true,
      findings: [{ id: "keychain", fix: expect.stringContaining('store = "file"') }],
    });
    const config = world.file("file-store.toml", `[secrets]\nstore = "file"\n`);
    expect(await doctor(world, { ...env, METACRED_CONFIG: config })).toMatchObject({ findings: [] });
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

describe.skipIf(!canUseNetns(["nft"]))("doctor where the address is gone", () => {
  test("root's part killed, the address taken away: the route is missing, and net up brings it back", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background"]);
    await killTree(ns, await rootPart(ns));
    await ns.run(["ip", "address", "del", "169.254.169.254/32", "dev", "lo"]);
    const report = await doctor(world);
    expect(report).toMatchObject({ ok: false });
    expect(report.findings).toContainEqual({
      id: "route",
      level: "error",
      message: "nothing leads to 169.254.169.254: its address is gone from the loopback interface",
      fix: "metacred net up",
    });
    expect((await world.metacred(["net", "up"])).exitCode).toBe(0);
    expect(await doctor(world)).toMatchObject({ ok: true, findings: [] });
  });
});

describe.skipIf(!canUseNetns(["nft", "python3"]))("doctor without a daemon", () => {
  test("of root under sudo: whose metacred it is, and how root gets in", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    const report = await doctor(world, { SUDO_UID: "1000", SUDO_USER: "alice" });
    expect(ids(report)).toEqual(["daemon", "sudo"]);
    expect(report.findings[1]?.fix).toContain('users = ["{user}", "root"]');
  });

  test("a socket's folder of somebody else is not spoken to", async () => {
    await using ns = await netns();
    await using world = await testWorld({ ns });
    await world.metacred(["serve", "--role", "dev", "--background", "--no-redirect"]);
    const uid = 12_345;
    const run = join(world.folder, "run/metacred");
    // The daemon is root's; whoever asks is not. Its folder is opened as an attacker would open his.
    for (const path of [world.folder, join(world.folder, "run"), run]) chmodSync(path, 0o755);
    const config = world.file("empty.toml", "");
    chownSync(config, uid, uid);
    const env = { METACRED_CONFIG: config, HOME: "/nonexistent", AWS_CONFIG_FILE: "/nonexistent/config" };
    for (const words of [["status"], ["use", "dev", "--mfa-code", "123456"], ["net", "status"]]) {
      expect(await world.metacred(words, { uid, env })).toMatchObject({
        exitCode: 1,
        stderr:
          `metacred: ${run}, where metacred's control socket would be, belongs to another user (uid 0)\n` +
          `  try: export XDG_RUNTIME_DIR=/run/user/${uid}\n`,
      });
    }
    const { stdout } = await world.metacred(["doctor", "--json"], { uid, env });
    expect((JSON.parse(stdout) as Doctor).findings).toContainEqual({
      id: "socket",
      level: "error",
      message: `${run}, where metacred's control socket would be, belongs to another user (uid 0)`,
      fix: `export XDG_RUNTIME_DIR=/run/user/${uid}`,
    });
  });

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
