// `metacred service` on the compiled binary, with a systemctl that notes what it was asked, and the daemon as a service
// manager starts it.
import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type NotifySocket, notifySocket } from "../support/notify-socket.ts";
import { requireTools } from "../support/require-tools.ts";
import { CONFIG, PATH, type World, freePort, testWorld } from "../support/world.ts";

const SYSTEMCTL = `#!/bin/sh
echo "$*" >>"$HOME/asked"
case "$2" in
  is-active) [ -e "$HOME/active" ] ;;
  restart) : >"$HOME/active" ;;
  disable) rm -f "$HOME/active" ;;
esac
`;

async function machine(systemctl = SYSTEMCTL) {
  const world = await testWorld();
  chmodSync(world.file("bin/systemctl", systemctl), 0o755);
  const env = { PATH: `${join(world.folder, "bin")}:${PATH}`, AWS_ACCESS_KEY_ID: "AKIASECRET", AWS_PROFILE: "corp" };
  const asked = () => readFileSync(join(world.folder, "home/asked"), "utf8").split("\n").slice(0, -1);
  const unit = join(world.folder, "home/.config/systemd/user/metacred.service");
  return { world, env, asked, unit, service: (...words: string[]) => world.metacred(["service", ...words], { env }) };
}

describe("service", () => {
  test("install, status, install again, uninstall", async () => {
    const { world, asked, unit, service } = await machine();
    await using _ = world;
    expect(await service("status")).toEqual({ stdout: "not installed\n", stderr: "", exitCode: 3 });
    for (const time of ["first", "again"]) {
      const { stdout, stderr, exitCode } = await service("install");
      expect({ time, stdout, exitCode }).toEqual({ time, stdout: "", exitCode: 0 });
      expect(stderr).toBe(`installed ${unit}: metacred starts when you log in\n  it is running now: metacred status\n`);
    }
    const text = readFileSync(unit, "utf8");
    expect(text).toContain(`ExecStart="${world.binary}" __service\n`);
    expect(text).toContain('Environment="AWS_PROFILE=corp"\n');
    expect(text).toContain(`Environment="METACRED_CONFIG=${world.folder}/config.toml"\n`);
    expect(text).not.toContain("AKIASECRET");
    expect(asked().slice(0, 4)).toEqual([
      "--user show --property=Version",
      "--user daemon-reload",
      "--user enable --quiet metacred.service",
      "--user restart metacred.service",
    ]);
    expect(await service("status")).toMatchObject({
      stdout: `installed (${unit}), starts by itself, running\n`,
      exitCode: 0,
    });
    const json = JSON.parse((await service("status", "--json")).stdout);
    expect(json).toEqual({ installed: true, enabled: true, active: true, file: unit });

    expect(await service("uninstall")).toEqual({
      stdout: "",
      stderr: `stopped, and removed ${unit}\n`,
      exitCode: 0,
    });
    expect(existsSync(unit)).toBe(false);
    expect(await service("uninstall")).toMatchObject({ stderr: "no service is installed\n", exitCode: 0 });
  });

  test("a start that fails says where to look", async () => {
    const { world, service } = await machine('#!/bin/sh\n[ "$2" != restart ] && [ "$2" != is-active ]\n');
    await using _ = world;
    expect(await service("install")).toEqual({
      stdout: "",
      stderr:
        "metacred: the service is installed, but did not start\n  try: journalctl --user --unit metacred.service --lines 20\n",
      exitCode: 1,
    });
  });

  test("a step that fails is named, with what was said", async () => {
    const { world, service } = await machine('#!/bin/sh\n[ "$2" != enable ] || { echo no >&2; exit 1; }\n');
    await using _ = world;
    const command = "systemctl --user enable --quiet metacred.service";
    expect((await service("install")).stderr).toBe(`metacred: "${command}" failed: no\n  try: ${command}\n`);
  });

  test("no user's manager answers: nothing is left by install, and uninstall takes away what there is", async () => {
    const { world, unit, service } = await machine(
      "#!/bin/sh\necho 'Failed to connect to bus: No medium found' >&2; exit 1\n",
    );
    await using _ = world;
    expect(await service("install")).toEqual({
      stdout: "",
      stderr:
        'metacred: "systemctl --user show --property=Version" failed: Failed to connect to bus: No medium found\n' +
        "  try: export XDG_RUNTIME_DIR=/run/user/$(id -u), or metacred serve --background\n",
      exitCode: 1,
    });
    expect(existsSync(unit)).toBe(false);
    world.file("home/.config/systemd/user/metacred.service", "[Service]\n");
    expect(await service("uninstall")).toMatchObject({ stderr: `stopped, and removed ${unit}\n`, exitCode: 0 });
    expect(existsSync(unit)).toBe(false);
  });

  test.each<[string[], number, string]>([
    [["instal"], 2, '"metacred service" cannot "instal"\n  try: metacred service install\n'],
    [[], 2, '"metacred service" needs install|uninstall|status\n'],
    [["install", "--sytem"], 2, '"metacred service" has no flag --sytem\n  try: metacred service --system\n'],
  ])("%j: exit %i", async (words, exitCode, said) => {
    const { world, service } = await machine();
    await using _ = world;
    const result = await service(...words);
    expect({ exitCode: result.exitCode, stdout: result.stdout }).toEqual({ exitCode, stdout: "" });
    expect(result.stderr).toContain(said);
  });

  test("refuses while a daemon runs that was started by hand", async () => {
    const { world, unit, service } = await machine();
    await using _ = world;
    const serve = ["serve", "--role", "dev", "--no-redirect", "--background", "--port", String(freePort())];
    expect((await world.metacred(serve)).exitCode).toBe(0);
    const { stderr, exitCode } = await service("install");
    expect({ stderr, exitCode }).toEqual({
      stderr: "metacred: metacred runs already, started by hand\n  try: metacred stop; metacred service install\n",
      exitCode: 1,
    });
    expect(existsSync(unit)).toBe(false);
  });

  test("no service manager: says what to do instead", async () => {
    await using world = await testWorld();
    const { stderr, exitCode } = await world.metacred(["service", "install"], { env: { PATH: "/nonexistent" } });
    expect({ stderr, exitCode }).toMatchObject({ exitCode: 1 });
    expect(stderr).toContain("no service manager here");
    expect(stderr).toContain("  try: metacred serve --background\n");
  });
});

describe.skipIf(!requireTools(["/usr/bin/python3"], { platform: "linux" }))("under a service manager", () => {
  const config = () => `default_role = "dev"\n${CONFIG}\n[imds]\nport = ${freePort()}\n[redirect]\nmethod = "none"\n`;
  const start = (world: World, socket: NotifySocket, env: Record<string, string> = {}) =>
    Bun.spawn([world.binary, "__service"], {
      env: { ...world.env, NOTIFY_SOCKET: socket.name, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });

  test("says when it is ready, which role it serves, and when it ends; the role comes back", async () => {
    await using world = await testWorld({ config: config() });
    await using socket = await notifySocket(join(world.folder, "notify"));
    const first = start(world, socket);
    expect(await socket.next()).toEqual(["READY=1", "STATUS=serving dev"]);
    expect((await world.metacred(["use", "prod-readonly"])).exitCode).toBe(0);
    expect(await socket.next()).toEqual(["STATUS=serving prod-readonly"]);
    first.kill("SIGTERM");
    expect(await socket.next()).toEqual(["STOPPING=1", "STATUS=stopping"]);
    expect([await first.exited, await first.stdout.text()]).toEqual([0, ""]);

    const second = start(world, socket);
    expect(await socket.next()).toEqual(["READY=1", "STATUS=serving prod-readonly"]);
    expect((await world.metacred(["use", "none"])).exitCode).toBe(0);
    expect(await socket.next()).toEqual(["STATUS=serving no role"]);
    second.kill("SIGTERM");
    await second.exited;
    await socket.next();

    const third = start(world, socket);
    expect(await socket.next()).toEqual(["READY=1", "STATUS=serving no role"]);
    third.kill("SIGTERM");
    await third.exited;
  });

  test("is ready before AWS can be reached, and gets credentials once it can", async () => {
    const port = freePort();
    await using world = await testWorld({ config: config() });
    await using socket = await notifySocket(join(world.folder, "notify"));
    const daemon = start(world, socket, { AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}` });
    expect(await socket.next()).toEqual([
      "READY=1",
      expect.stringMatching(/^STATUS=dev: cannot assume .*check the network/),
    ]);
    expect((await world.metacred(["status", "--check"])).exitCode).toBe(1);
    using _network = Bun.serve({
      hostname: "127.0.0.1",
      port,
      fetch: async (request) =>
        fetch(new URL(new URL(request.url).pathname, world.stsUrl), {
          method: request.method,
          headers: request.headers,
          body: await request.text(),
        }),
    });
    const status = async () => (await world.metacred(["status", "--check"])).exitCode;
    while ((await status()) !== 0);
    expect(await socket.next()).toEqual(["STATUS=serving dev"]);
    daemon.kill("SIGTERM");
    expect(await daemon.exited).toBe(0);
  });

  test("a role that is gone is said, and the default is served", async () => {
    await using world = await testWorld({ config: config() });
    await using socket = await notifySocket(join(world.folder, "notify"));
    world.file("home/.local/state/metacred/last-role", "renamed\n");
    const daemon = start(world, socket);
    expect(await socket.next()).toEqual(["READY=1", "STATUS=serving dev"]);
    daemon.kill("SIGTERM");
    expect(await daemon.stderr.text()).toContain("the role served last is not there any more role=renamed");
  });

  test("a mistake in the configuration ends it with 2 and tells the manager why", async () => {
    await using world = await testWorld({ config: config().replace('"dev"', '"dve"') });
    await using socket = await notifySocket(join(world.folder, "notify"));
    const daemon = start(world, socket);
    expect(await socket.next()).toEqual([
      'STATUS=there is no role "dve": not in the config, no AWS profile, no ACCOUNT/ROLE, no role ARN',
    ]);
    expect(await daemon.exited).toBe(2);
  });
});
