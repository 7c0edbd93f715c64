// Containers of real engines, and processes that stand for one: none gets the active role, whatever uid it runs under. The
// same against a plain bind of the address, which shows that every row can fail.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import type { Status } from "../../src/daemon/protocol.ts";
import { must } from "../support/bridge.ts";
import { ENGINE_TOOLS, type RunIn, rootlessUser, startDocker } from "../support/engines.ts";
import { type Netns, canUseNetns, netns } from "../support/netns.ts";
import { untilTrue } from "../support/until.ts";
import { CONFIG, testWorld } from "../support/world.ts";
import { startGuard } from "./guard.ts";

const UID = 12_001;
const PORT = 26_000;
const NETWORK = "metacred-test";
// IMDSv1, the more lenient version. By nc: the wget of Debian's busybox-static ends with a segmentation fault.
const GRAB = String.raw`for path in info security-credentials/metacred; do
  printf 'GET /latest/meta-data/iam/%s HTTP/1.1\r\nHost: 169.254.169.254\r\nConnection: close\r\n\r\n' "$path" |
    busybox nc -w 3 169.254.169.254 80
done
exit 0`;
const CURL =
  "for path in info security-credentials/metacred; do curl -s -m 5 http://169.254.169.254/latest/meta-data/iam/$path; done";
const SECRET = /SecretAccessKey/;

type Scene = {
  machine: Netns;
  docker: RunIn;
  podman: RunIn;
  run(words: readonly string[]): Promise<{ stdout: string }>;
};
type Row = [who: string, ask: (scene: Scene) => Promise<{ stdout: string }>];

const ROWS: readonly Row[] = [
  ["a container on Docker's bridge", ({ docker }) => docker([], GRAB)],
  ["a container on a user-defined network of Docker's", ({ docker }) => docker(["--network", NETWORK], GRAB)],
  [
    "a container of Docker's on the host's network under the user's uid",
    ({ docker }) => docker(["--network", "host", "-u", String(UID)], GRAB),
  ],
  ["rootless Podman, by slirp4netns", ({ podman }) => podman(["--network", "slirp4netns"], GRAB)],
  ["rootless Podman on the host's network", ({ podman }) => podman(["--network", "host"], GRAB)],
  // The network of rootless Podman from 5.0 on; Debian's is older and has not learnt to start it.
  ["a network behind pasta", ({ run }) => run(["timeout", "20", "pasta", "--config-net", "--", "sh", "-c", CURL])],
  ["another user namespace", ({ run }) => run(["unshare", "--user", "--map-root-user", "sh", "-c", CURL])],
  [
    "another pid namespace",
    ({ run }) => run(["unshare", "--user", "--map-root-user", "--pid", "--fork", "sh", "-c", CURL]),
  ],
];
const table = ROWS.map(([who, ask]) => [who, ask] as const);

describe.skipIf(!canUseNetns(["nft", "curl", ...ENGINE_TOOLS]))("containers", () => {
  const undo = new AsyncDisposableStack();
  let scene: Scene;
  beforeAll(async () => {
    const machine = undo.use(await netns());
    // pasta copies the way out, so there has to be one.
    await must(
      machine,
      `ip link add lan0 type veth peer name lan1; ip address add 10.9.0.1/24 dev lan0
       ip link set lan0 up; ip link set lan1 up; ip route add default via 10.9.0.2`,
    );
    const { docker, run: inDocker } = undo.use(await startDocker(machine));
    expect((await docker(["network", "create", NETWORK])).stderr).toBe("");
    const { podman, run } = undo.use(await rootlessUser(machine, UID));
    scene = { machine, docker: inDocker, podman, run };
  }, 60_000);
  afterAll(() => undo.disposeAsync());

  const serving = async (containers: string) => {
    await using opened = new AsyncDisposableStack();
    const config = `${CONFIG}[imds]\nhttp_tokens = "optional"\n${containers}`;
    const world = opened.use(await testWorld({ ns: scene.machine, config }));
    chmodSync(world.folder, 0o755);
    await world.run(["chown", "-R", `${UID}:${UID}`, world.folder]);
    const words = ["serve", "--role", "dev", "--background", "--no-redirect", "--port", String(PORT)];
    expect((await world.metacred(words, { uid: UID })).stderr).toContain("serving dev");
    opened.defer(async () => void (await world.metacred(["stop"], { uid: UID })));
    const guard = await startGuard(scene.machine, { port: PORT, owner: UID, containers: PORT });
    expect(guard.said).toEqual({ up: "nft" });
    opened.defer(async () => void (await guard.close()));
    const kept = opened.move();
    return { world, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  };
  const status = async ({ world }: Awaited<ReturnType<typeof serving>>) =>
    JSON.parse((await world.metacred(["status", "--json"], { uid: UID })).stdout) as Status;

  describe("get nothing", () => {
    let daemon: Awaited<ReturnType<typeof serving>>;
    beforeAll(async () => void (daemon = await serving("")));
    afterAll(() => daemon[Symbol.asyncDispose]());

    test("but the user does", async () => {
      expect(await scene.run(["sh", "-c", CURL])).toMatchObject({ stdout: expect.stringMatching(SECRET) });
    });

    test.each(table)("%s", async (_, ask) => {
      expect((await ask(scene)).stdout).not.toMatch(SECRET);
    });

    test("and are counted as what they are", async () => {
      expect((await status(daemon)).refusals).toMatchObject({ container: expect.any(Number) });
    });
  });

  describe("get their own role where [containers] names one", () => {
    let daemon: Awaited<ReturnType<typeof serving>>;
    beforeAll(async () => {
      daemon = await serving('[containers]\nenabled = true\ndefault_role = "prod-readonly"\n');
      await untilTrue("it is there", async () => (await status(daemon)).containers?.expiration !== null);
    });
    afterAll(() => daemon[Symbol.asyncDispose]());

    test("while the user has the active one", async () => {
      expect((await scene.run(["sh", "-c", CURL])).stdout).toContain("/Developer");
    });

    test.each(table)("%s", async (_, ask) => {
      const { stdout } = await ask(scene);
      expect(stdout).toMatch(SECRET);
      expect(stdout).toContain("/ReadOnly");
      expect(stdout).not.toContain("/Developer");
    });
  });

  describe("of another user who may ask", () => {
    const OTHER = 12_003;

    test("get nothing, while that user's own programs get the role", async () => {
      const config = `${CONFIG}[imds]\nhttp_tokens = "optional"\n[redirect]\nusers = ["${UID}", "${OTHER}"]\n`;
      // By `ip netns exec` it would not see the cgroups.
      const enter = ["nsenter", `--net=/run/netns/${scene.machine.name}`];
      await using world = await testWorld({ enter, config });
      chmodSync(world.folder, 0o755);
      await world.run(["chown", "-R", `${UID}:${UID}`, world.folder]);
      const words = ["serve", "--role", "dev", "--background", "--no-redirect", "--port", String(PORT)];
      expect((await world.metacred(words, { uid: UID })).stderr).toContain("serving dev");
      const guard = await startGuard(scene.machine, { port: PORT, owner: UID, users: [UID, OTHER] });
      expect((await world.run(["sh", "-c", CURL], { uid: OTHER })).stdout).toMatch(SECRET);
      const { stdout } = await scene.docker(["--network", "host", "-u", String(OTHER)], GRAB);
      expect(stdout).toStartWith("HTTP/1.1 403 ");
      expect(stdout).not.toMatch(SECRET);
      await guard.close();
      await world.metacred(["stop"], { uid: UID });
    });
  });

  describe("get it all from a plain bind of the address", () => {
    beforeAll(async () => {
      await must(scene.machine, "ip address add 169.254.169.254/32 dev lo scope host");
      scene.machine.spawn([process.execPath, `${import.meta.dir}/show-secret.ts`]);
      const answers = async () => (await scene.run(["sh", "-c", CURL])).stdout.includes("SecretAccessKey");
      await untilTrue("it answers", answers);
    });

    test.each(table)("%s", async (_, ask) => {
      expect((await ask(scene)).stdout).toMatch(SECRET);
    });
  });
});
