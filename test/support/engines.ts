// Container engines of the test's own: dockerd with a data root, socket and network of its own, and what rootless Podman
// needs, in private mounts. Their one image is busybox.
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { enterMounts, scriptWithPrivateMounts, withPrivateMounts } from "./private-mounts.ts";
import { lineReader } from "./line-reader.ts";
import type { Netns, NetnsResult } from "./netns.ts";
import { untilTrue } from "./until.ts";
import { PATH, asUser } from "./world.ts";

/** Runs to its end in a container, or whatever stands for one. */
export type RunIn = (options: readonly string[], script: string) => Promise<NetnsResult>;

export const ENGINE_TOOLS = ["dockerd", "docker", "runc", "podman", "crun", "slirp4netns", "pasta", "/bin/busybox"];

const IMAGE = "metacred-test:1";
const BUSYBOX = "/bin/busybox";
const START_LIMIT_MS = 40_000;

export async function startDocker(machine: Netns): Promise<AsyncDisposable & { run: RunIn; docker: RunWords }> {
  const folder = mkdtempSync(join(tmpdir(), "metacred-docker-"));
  const host = `unix://${folder}/docker.sock`;
  // Not by `ip netns exec`, whose own /sys lacks the cgroups. The machine's own mounts stay as they are.
  const daemon = Bun.spawn(
    [
      "nsenter",
      `--net=/run/netns/${machine.name}`,
      ...withPrivateMounts([
        "dockerd",
        "--data-root",
        `${folder}/data`,
        "--exec-root",
        `${folder}/exec`,
        "--pidfile",
        `${folder}/pid`,
        "-H",
        host,
        "--log-level",
        "error",
      ]),
    ],
    { stdio: ["ignore", "ignore", "pipe"], env: { PATH } },
  );
  const said = new Response(daemon.stderr).text();
  const docker: RunWords = (words) => runToEnd(["docker", "-H", host, ...words]);
  const dispose = async () => {
    daemon.kill("SIGTERM");
    await daemon.exited;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const isUp = async () => {
      if (daemon.exitCode !== null) throw new Error(`dockerd: ${await said}`);
      return (await docker(["version"])).exitCode === 0;
    };
    await untilTrue("dockerd answers", isUp, START_LIMIT_MS);
    const root = rootFolder(folder);
    const { exitCode, stderr } = await runToEnd([
      "sh",
      "-c",
      'tar -C "$1" -c . | docker -H "$2" import - "$3"',
      "sh",
      root,
      host,
      IMAGE,
    ]);
    if (exitCode !== 0) throw new Error(`docker import: ${stderr}`);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    docker,
    run: (options, script) => docker(["run", "--rm", ...options, IMAGE, BUSYBOX, "sh", "-c", script]),
    [Symbol.asyncDispose]: dispose,
  };
}

// A device that every user may open, as on a desktop; one kind of cgroups, since crun refuses a machine with both; and
// a home with a short name, since Podman waits 20 seconds where the names of its sockets become too long.
const HOME = "/mnt/user";
const SET_UP = `
set -eu
mount -t tmpfs tmpfs /mnt; mkdir -p ${HOME}/run; chown -R "$1:$1" ${HOME}
mkdir -p /dev/net; mount -t tmpfs tmpfs /dev/net; mknod -m 666 /dev/net/tun c 10 200
umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo ready
exec sleep infinity`;

/** A user who runs containers without root. */
export async function rootlessUser(
  machine: Netns,
  uid: number,
): Promise<AsyncDisposable & { podman: RunIn; run: RunWords }> {
  const folder = mkdtempSync(join(tmpdir(), "metacred-podman-"));
  const root = rootFolder(folder);
  chmodSync(folder, 0o755);
  await runToEnd(["chown", "-R", `${uid}:${uid}`, folder]);
  // `ip netns exec` would hide the cgroups here as well.
  const holder = Bun.spawn(
    ["nsenter", `--net=/run/netns/${machine.name}`, ...scriptWithPrivateMounts(SET_UP, [String(uid)])],
    { stdio: ["ignore", "pipe", "pipe"], env: { PATH } },
  );
  if ((await lineReader(holder.stdout)()) !== "ready") throw new Error(await new Response(holder.stderr).text());
  const env = { PATH, HOME, XDG_RUNTIME_DIR: `${HOME}/run` };
  const run: RunWords = (words) => runToEnd([...enterMounts(holder.pid), ...asUser(uid), ...words], env, folder);
  const podman = ["podman", "--cgroup-manager=cgroupfs", "--events-backend=none", "--storage-driver=vfs"];
  return {
    run,
    podman: (options, script) =>
      run([...podman, "run", "--rm", "--cgroups=disabled", ...options, "--rootfs", root, BUSYBOX, "sh", "-c", script]),
    async [Symbol.asyncDispose]() {
      // Podman leaves a process behind that keeps its user namespace.
      await run(["sh", "-c", 'kill "$(cat "$XDG_RUNTIME_DIR/libpod/tmp/pause.pid")" 2>/dev/null']);
      holder.kill("SIGKILL");
      await holder.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// --- internal ---

type RunWords = (words: readonly string[]) => Promise<NetnsResult>;

function rootFolder(folder: string): string {
  const root = join(folder, "root");
  for (const file of [BUSYBOX, ...librariesOf(BUSYBOX)]) {
    mkdirSync(join(root, dirname(file)), { recursive: true });
    copyFileSync(file, join(root, file));
    chmodSync(join(root, file), 0o755);
  }
  return root;
}

// Debian has it with libraries and, in another package, without.
function librariesOf(program: string): readonly string[] {
  const { stdout } = Bun.spawnSync(["ldd", program], { stderr: "ignore" });
  return stdout.toString().match(/\/[^ ]+(?= \(0x)/g) ?? [];
}

async function runToEnd(
  argv: readonly string[],
  env: Record<string, string> = { PATH },
  cwd = "/",
): Promise<NetnsResult> {
  const child = Bun.spawn([...argv], { stdio: ["ignore", "pipe", "pipe"], env, cwd });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { stdout, stderr, exitCode };
}
