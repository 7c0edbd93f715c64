// A real systemd as the first process of a machine of its own, in the network namespace of a test: systemd-box.sh.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, rmdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtBinary } from "./built-binary.ts";
import { type Netns, canUseNetns } from "./netns.ts";
import { skipped } from "./require-tools.ts";
import { untilTrue } from "./until.ts";

export type SystemdBox = AsyncDisposable & {
  /** To be put before a command. Process ids in there are of its own namespace: never kill one of them from outside. */
  enter: readonly string[];
  /** Where the program is in there. */
  program: string;
  run(argv: readonly string[], input?: Uint8Array): Promise<{ stdout: string; stderr: string; exitCode: number }>;
  /** A folder of the test's, at its own place in there. */
  take(folder: string): Promise<void>;
};

const TOOLS = ["systemctl", "/lib/systemd/systemd", "unshare", "nsenter", "setpriv", "pivot_root", "tar"];

/** Root, namespaces, systemd, and the second kind of control groups. */
export function canBootSystemd(tools: readonly string[] = []): boolean {
  if (!canUseNetns([...TOOLS, ...tools])) return false;
  if (cgroupRoot() !== undefined) return true;
  return skipped("run where control groups of the second kind can be made (cgroup2)");
}

export async function systemdBox(ns: Netns): Promise<SystemdBox> {
  const folder = mkdtempSync(join(tmpdir(), "metacred-box-"));
  const cgroup = join(cgroupRoot() ?? "", `metacred-box-${process.pid}-${folder.slice(-6)}`);
  mkdirSync(cgroup);
  mkdirSync(join(cgroup, "login"));
  const script = join(import.meta.dir, "systemd-box.sh");
  // In its group before the namespace of groups is made, which then begins there.
  const start = `echo $$ >"$1/cgroup.procs"; shift; exec unshare --pid --fork --kill-child --mount --uts --ipc --cgroup "$@"`;
  // `ip netns exec` would put another /sys over the groups.
  const argv = ["nsenter", `--net=/run/netns/${ns.name}`, "sh", "-c", start, "sh", cgroup, "/bin/sh", script, folder];
  const outer = Bun.spawn([...argv, await builtBinary()], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
  const said = new Response(outer.stderr).text();
  let init = 0;
  // In a group of that machine, as whoever is logged in there: what comes from none that it knows looks like a container's.
  const login = join(cgroup, "login");
  const inGroup = ["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', login];
  const enter = () => [
    ...inGroup,
    "nsenter",
    `--target=${init}`,
    "--pid",
    "--mount",
    "--net",
    "--uts",
    "--ipc",
    "--cgroup",
    "--",
  ];
  const run: SystemdBox["run"] = async (argv, input) => {
    const child = Bun.spawn([...enter(), ...argv], {
      stdin: input ?? "ignore",
      stdout: "pipe",
      stderr: "pipe",
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
    const [stdout, stderr] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { stdout, stderr, exitCode: await child.exited };
  };
  const end = async () => {
    // The first process of its namespace: with it ends everything in there.
    if (commandOf(init).includes("box.target")) process.kill(init, "SIGKILL");
    await outer.exited;
    const isEmpty = () => readFileSync(join(cgroup, "cgroup.events"), "utf8").includes("populated 0");
    await untilTrue("its group is empty", isEmpty);
    removeGroup(cgroup);
    rmSync(folder, { recursive: true, force: true });
  };
  const isUp = async () => {
    if (outer.exitCode !== null) throw new Error(`no systemd: ${await said}`);
    init = childOf(outer.pid);
    if (init === 0 || !commandOf(init).includes("box.target")) return false;
    return (await run(["systemctl", "is-active", "--quiet", "box.target"])).exitCode === 0;
  };
  try {
    await untilTrue("systemd is up", isUp);
  } catch (error) {
    outer.kill("SIGKILL");
    await end();
    throw error;
  }
  return {
    enter: enter(),
    program: "/opt/metacred",
    run,
    async take(taken) {
      const packed = Bun.spawnSync(["tar", "-cC", "/", taken.slice(1)]).stdout;
      const { exitCode, stderr } = await run(["tar", "-xC", "/"], packed);
      if (exitCode !== 0) throw new Error(`tar: ${stderr}`);
    },
    [Symbol.asyncDispose]: end,
  };
}

// --- internal ---

function cgroupRoot(): string | undefined {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const place = mounts.find((line) => line.includes(" - cgroup2 "))?.split(" ")[4];
  if (place === undefined) return undefined;
  const probe = join(place, `metacred-probe-${process.pid}`);
  try {
    mkdirSync(probe);
    rmdirSync(probe);
    return place;
  } catch {
    return undefined;
  }
}

function childOf(pid: number): number {
  try {
    const [first = "0"] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
    return Number(first);
  } catch {
    return 0;
  }
}

function commandOf(pid: number): string {
  try {
    return pid > 1 ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
  } catch {
    return "";
  }
}

function removeGroup(group: string): void {
  for (const name of readdirSync(group)) {
    if (statSync(join(group, name)).isDirectory()) removeGroup(join(group, name));
  }
  rmdirSync(group);
}
