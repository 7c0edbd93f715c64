// The real guard in a namespace, and what can be seen of it from the outside.

import { planRedirect } from "../../src/redirect/linux.ts";
import { parseGuardLine, type GuardLine, type RedirectMethod } from "../../src/redirect/plan.ts";
import type { Netns, NetnsProcess } from "../support/netns.ts";

/** One way in which a machine may be furnished. `wrap` runs a command with that furniture. */
export type Furniture = {
  method: RedirectMethod;
  up: "nft" | "iptables";
  wrap: (argv: readonly string[]) => readonly string[];
};

const asIs = (argv: readonly string[]) => argv;

/** A private mount namespace in which another program stands at a tool's place: nothing depends on PATH. */
function inPlaceOf(tool: string, other: string): Furniture["wrap"] {
  const script = 'mount --bind "$1" "$(readlink -f "$2")" && shift 2 && exec "$@"';
  return (argv) => ["unshare", "--mount", "/bin/sh", "-c", script, "sh", other, tool, ...argv];
}

export const FURNITURE: Record<string, Furniture> = {
  nft: { method: "nft", up: "nft", wrap: asIs },
  "iptables on nf_tables": {
    method: "iptables",
    up: "iptables",
    wrap: inPlaceOf("/usr/sbin/iptables", "/usr/sbin/iptables-nft"),
  },
  "iptables-legacy": {
    method: "iptables",
    up: "iptables",
    wrap: inPlaceOf("/usr/sbin/iptables", "/usr/sbin/iptables-legacy"),
  },
  "auto where nft does not work": {
    method: "auto",
    up: "iptables",
    wrap: inPlaceOf("/usr/sbin/nft", "/bin/false"),
  },
  "auto where all works": { method: "auto", up: "nft", wrap: asIs },
};

export type Guard = {
  process: NetnsProcess;
  said: GuardLine | undefined;
  again(): void;
  /** Closes its input and waits for its end. */
  close(): Promise<number>;
};

export type GuardOptions = {
  port: number;
  owner?: number;
  users?: readonly number[] | "*";
  furniture?: Furniture;
};

export async function startGuard(ns: Netns, options: GuardOptions): Promise<Guard> {
  const { port, owner = 12001, users = [owner], furniture = FURNITURE["nft"] } = options;
  if (furniture === undefined) throw new Error("no furniture");
  const { argv } = planRedirect({
    method: furniture.method,
    port,
    users,
    ownerUid: owner,
    isRoot: true,
    sudo: undefined,
  });
  const process = ns.spawn(furniture.wrap(argv));
  const first = (await firstLine(process.stdout)) || (await firstLine(process.stderr));
  return {
    process,
    said: parseGuardLine(first),
    again() {
      void process.stdin.write("again\n");
      void process.stdin.flush();
    },
    async close() {
      await process.stdin.end();
      return await process.exited;
    },
  };
}

export type Server = { port: number; name: string };

export async function startServer(ns: Netns, name = "server"): Promise<Server> {
  const server = ns.spawn([process.execPath, `${import.meta.dir}/show-peer.ts`, name]);
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
  const looks = [
    ["nft", "list", "ruleset"],
    ["ip", "address", "show", "dev", "lo"],
    ...(legacy ? [["iptables-legacy", "-t", "nat", "-S"]] : []),
  ];
  const texts = await Promise.all(looks.map((argv) => ns.run(argv)));
  return texts
    .flatMap(({ stdout }) => stdout.split("\n"))
    .map((line) => line.trim())
    .filter((line) => /metacred|port_|169\.254/i.test(line));
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
