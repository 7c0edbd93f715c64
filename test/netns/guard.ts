// The real guard in a namespace, and what can be seen of it from the outside.

import { planRedirect } from "../../src/redirect/linux.ts";
import {
  type EmulatedAddress,
  type GuardLine,
  parseGuardLine,
  type RedirectInput,
  type RedirectMethod,
} from "../../src/redirect/plan.ts";
import type { Netns, NetnsProcess } from "../support/netns.ts";

/** One way in which a machine may be furnished. `wrap` runs a command with that furniture. */
export type Furniture = {
  method: RedirectMethod;
  up: "nft" | "iptables";
  wrap: (argv: readonly string[]) => readonly string[];
};

const asIs = (argv: readonly string[]) => argv;

/** A private mount namespace in which another program stands at a tool's place: nothing depends on PATH. */
function inPlaceOf(...places: readonly (readonly [tool: string, other: string])[]): Furniture["wrap"] {
  const script = 'while [ "$1" != -- ]; do mount --bind "$2" "$(readlink -f "$1")"; shift 2; done; shift; exec "$@"';
  return (argv) => ["unshare", "--mount", "/bin/sh", "-c", script, "sh", ...places.flat(), "--", ...argv];
}

const sbin = (name: string) => `/usr/sbin/${name}`;
const iptablesBy = (back: "nft" | "legacy") =>
  inPlaceOf([sbin("iptables"), sbin(`iptables-${back}`)], [sbin("ip6tables"), sbin(`ip6tables-${back}`)]);

export const FURNITURE: Record<string, Furniture> = {
  nft: { method: "nft", up: "nft", wrap: asIs },
  "iptables on nf_tables": {
    method: "iptables",
    up: "iptables",
    wrap: iptablesBy("nft"),
  },
  "iptables-legacy": {
    method: "iptables",
    up: "iptables",
    wrap: iptablesBy("legacy"),
  },
  "auto where nft does not work": {
    method: "auto",
    up: "iptables",
    wrap: inPlaceOf([sbin("nft"), "/bin/false"]),
  },
  "auto where all works": { method: "auto", up: "nft", wrap: asIs },
};

export type Guard = {
  process: NetnsProcess;
  said: GuardLine | undefined;
  again(): void;
  /** Closes its input and waits for its end. */
  close(): Promise<number>;
  /** SIGKILL of every process of it at once. */
  killAll(): Promise<void>;
};

export type GuardOptions = {
  port: number;
  owner?: number;
  users?: readonly number[] | "*";
  containers?: number;
  furniture?: Furniture;
  /** Default: 169.254.169.254 alone. All go to `port`. */
  addresses?: readonly [EmulatedAddress, ...EmulatedAddress[]];
};

export function guardPlan(input: Partial<RedirectInput> = {}) {
  return planRedirect({
    method: "nft",
    targets: [{ address: "169.254.169.254", port: 1 }],
    users: [12001],
    ownerUid: 12001,
    isRoot: true,
    elevation: undefined,
    ...input,
  });
}

export async function startGuard(ns: Netns, options: GuardOptions): Promise<Guard> {
  const { port, owner = 12001, users = [owner], containers, furniture = FURNITURE["nft"] } = options;
  if (furniture === undefined) throw new Error("no furniture");
  const [first, ...rest] = options.addresses ?? ["169.254.169.254"];
  const targets: RedirectInput["targets"] = [{ address: first, port }, ...rest.map((address) => ({ address, port }))];
  const { argv } = guardPlan({ method: furniture.method, targets, users, containers, ownerUid: owner });
  const process = ns.spawn(furniture.wrap(argv));
  const line = (await firstLine(process.stdout)) || (await firstLine(process.stderr));
  return {
    process,
    said: parseGuardLine(line),
    again() {
      void process.stdin.write("again\n");
      void process.stdin.flush();
    },
    async close() {
      await process.stdin.end();
      return await process.exited;
    },
    async killAll() {
      await killTree(ns, process.pid);
      await process.exited;
    },
  };
}

/** One command, so that none of them has the time to notice another's end. */
export async function killTree(ns: Netns, pid: number): Promise<void> {
  // 0 would be the process group of whoever kills.
  if (!(pid > 1)) throw new Error(`no process to kill: ${pid}`);
  await ns.run(["sh", "-c", 'kill -STOP "$1"; kill -KILL $(pgrep -P "$1") "$1"', "sh", String(pid)]);
}

/** The first process of root's part in a namespace, by a word of its command line. */
export async function rootPart(ns: Netns, word = "metacred-redirect"): Promise<number> {
  const script = `ip netns pids "$1" | sort -n | while read -r pid; do
    tr '\\0' '\\n' <"/proc/$pid/cmdline" | grep -qx "$2" && echo "$pid"
  done 2>/dev/null | head -1`;
  const child = Bun.spawn(["sh", "-c", script, "sh", ns.name, word], { stdout: "pipe" });
  return Number(await new Response(child.stdout).text());
}

export type Server = { port: number; name: string };

/** On loopback, and at further addresses. */
export async function startServer(ns: Netns, name = "server", ...more: string[]): Promise<Server> {
  const server = ns.spawn([process.execPath, `${import.meta.dir}/show-peer.ts`, name, ...more]);
  return { port: Number(await firstLine(server.stdout)), name };
}

/** What 169.254.169.254 answers to a process of that user, or curl's exit code: 7 is refused or no route. */
export async function get(ns: Netns, uid: number, address = "169.254.169.254"): Promise<string> {
  const argv = ["curl", "--silent", "--noproxy", "*", "--max-time", "2", `http://${address}/`];
  const { stdout, exitCode } = await ns.run(argv, { uid });
  return exitCode === 0 ? stdout : `curl ${exitCode}`;
}

/** Every line of this namespace's rules and of lo's addresses that is of metacred. */
export async function traces(ns: Netns): Promise<readonly string[]> {
  const legacy = (await ns.run(["cat", "/proc/net/ip_tables_names"])).stdout.includes("nat");
  const legacy6 = (await ns.run(["cat", "/proc/net/ip6_tables_names"])).stdout.includes("nat");
  const looks = [
    ["nft", "list", "ruleset"],
    ["ip", "address", "show", "dev", "lo"],
    ...(legacy ? [["iptables-legacy", "-t", "nat", "-S"]] : []),
    ...(legacy6 ? [["ip6tables-legacy", "-t", "nat", "-S"]] : []),
  ];
  const texts = await Promise.all(looks.map((argv) => ns.run(argv)));
  return texts
    .flatMap(({ stdout }) => stdout.split("\n"))
    .map((line) => line.trim())
    .filter((line) => /metacred|port_|169\.254|fd00:ec2/i.test(line));
}

/** Looks again until it is so: for what another process does in its own time. Gives the last look after two seconds. */
export async function eventually<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const deadlineMs = performance.now() + 2000;
  let seen = await look();
  while (!isSo(seen) && performance.now() < deadlineMs) seen = await look();
  return seen;
}

/** A line of a process that goes on. */
export async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return text.split("\n", 1)[0] ?? "";
}
