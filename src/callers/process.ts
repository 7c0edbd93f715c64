// Processes by way of /proc. A process with thousands of descriptors takes milliseconds: while serving, a search goes
// through process-finder.ts.

import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import type { ProcessFacts, Suspect } from "./container-process.ts";
import { findListener, type SocketTables } from "./proc-net.ts";
import type { SocketOwner } from "./sock-diag.ts";

export type Listener = { uid: number; pid: number | undefined; name: string | undefined };

export const PROC = "/proc";
// Far above any real tree; a loop could only come from a process id that was reused while its chain was read.
const MOST_ANCESTORS = 256;

/**
 * The process that holds a socket open. Looks at processes of the socket's user and of root alone, newest first; what
 * the caller may not look into (another user's process) is not found.
 */
export function processOfSocket(owner: SocketOwner, proc = PROC): number | undefined {
  return atOnce(searchSocket(owner, [], proc));
}

/** The same in small steps; `likely` ones are looked at first. */
export function* searchSocket(
  { uid, inode }: SocketOwner,
  likely: readonly number[],
  proc = PROC,
): Generator<undefined, number | undefined> {
  const holds = function* (pid: number): Generator<undefined, boolean> {
    const owner = ownerOf(`${proc}/${pid}`);
    return (owner === uid || owner === 0) && (yield* searchDescriptors(pid, inode, proc));
  };
  for (const pid of likely) if (yield* holds(pid)) return pid;
  for (const pid of processes(proc)) {
    yield;
    if (yield* holds(pid)) return pid;
  }
  return undefined;
}

/** What runs in a process: its short name, and its file. */
export function programOf(pid: number, proc = PROC): { program: string | undefined; exe: string | undefined } {
  return { program: read(`${proc}/${pid}/comm`)?.trim(), exe: link(`${proc}/${pid}/exe`) };
}

/**
 * Who may hold a socket of this user without being seen to: the user's own, who may have left our network since, and of
 * others, who would need privileges for that, whoever shares it. A network helper hides its descriptors even from its
 * own user, as does a program with privileges or from a container (ptrace(2), "access mode checking"); where they are
 * secret, so are the namespaces.
 */
export function suspectsOf(uid: number, proc = PROC): readonly Suspect[] {
  const isUsers = new RegExp(`^Uid:\\s+${uid}\\s`, "m");
  const network = networkOf("self", proc);
  return processes(proc).flatMap((pid): Suspect[] => {
    const status = read(`${proc}/${pid}/status`) ?? "";
    if (!isAlive(status)) return [];
    if (isUsers.test(status)) return [{ ...factsOf(pid, proc, status), isUsers: true }];
    const other = networkOf(pid, proc);
    return other === undefined || other === network ? [{ cgroups: cgroupsOf(pid, proc), isUsers: false }] : [];
  });
}

/** What can be seen of a process. `status`: what is in its file of that name. */
export function factsOf(pid: number | "self", proc = PROC, status = read(`${proc}/${pid}/status`) ?? ""): ProcessFacts {
  const folder = `${proc}/${pid}`;
  return {
    userNs: link(`${folder}/ns/user`),
    pidNs: link(`${folder}/ns/pid`),
    cgroups: cgroupsOf(pid, proc),
    uidMap: read(`${folder}/uid_map`) ?? "",
    // proc(5): its number in each of them, from ours inward.
    pidDepth: /^NSpid:(.*)$/m.exec(status)?.[1]?.trim().split(/\s+/).length ?? 0,
    program: link(`${folder}/exe`) ?? read(`${folder}/comm`)?.trim() ?? "",
  };
}

/** 0 where it has none that can be seen from here, or is gone. */
export function parentOf(pid: number, proc = PROC): number {
  // proc(5): the name is in parentheses and may itself hold blanks and parentheses, so fields count from the last one.
  const stat = read(`${proc}/${pid}/stat`) ?? "";
  const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(parent ?? 0);
}

/** Parent first, up to the first process of the pid namespace. Empty where the process is gone. */
export function ancestorsOf(pid: number, proc = PROC): readonly number[] {
  const ancestors: number[] = [];
  let parent = parentOf(pid, proc);
  while (parent > 0 && ancestors.length < MOST_ANCESTORS && !ancestors.includes(parent)) {
    ancestors.push(parent);
    parent = parentOf(parent, proc);
  }
  return ancestors;
}

/** True where the socket belongs to this very process or to one that it started: a request to itself is a loop. */
export function isOwnOrDescendant(inode: number, uid: number, self = process.pid, proc = PROC): boolean {
  if (holdsSocket(self, inode, proc)) return true;
  const pid = processOfSocket({ uid, inode }, proc);
  return pid !== undefined && ancestorsOf(pid, proc).includes(self);
}

export const EVERY_ADDRESS = ["0.0.0.0", "::"] as const;

/**
 * Who holds `port` where a listener on 127.0.0.1 would have to, or at other addresses, for the error that names it. The
 * pid of another user's process is not told by Linux.
 */
export function listenerOf(
  port: number,
  addresses: readonly string[] = ["127.0.0.1", ...EVERY_ADDRESS],
  proc = PROC,
): Listener | undefined {
  const owner = findListener(readSocketTables(proc), port, addresses);
  if (owner === undefined) return undefined;
  const pid = processOfSocket(owner, proc);
  return { uid: owner.uid, pid, name: pid === undefined ? undefined : programOf(pid, proc).program };
}

export function readSocketTables(proc = PROC): SocketTables {
  return { tcp: read(`${proc}/net/tcp`) ?? "", tcp6: read(`${proc}/net/tcp6`) ?? "" };
}

// Everybody may read these, while ns/net tells the owner alone. Each network has files of its own.
function networkOf(pid: number | "self", proc: string): number | undefined {
  return attempt(() => statSync(`${proc}/${pid}/net/tcp`).ino);
}

function cgroupsOf(pid: number | "self", proc: string): string {
  return read(`${proc}/${pid}/cgroup`) ?? "";
}

function isAlive(status: string): boolean {
  return /^State:\s+[^ZX]/m.test(status);
}

function processes(proc: string): readonly number[] {
  return list(proc)
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .toSorted((a, b) => b - a);
}

function holdsSocket(pid: number, inode: number, proc: string): boolean {
  return atOnce(searchDescriptors(pid, inode, proc));
}

function atOnce<T>(search: Generator<undefined, T>): T {
  let step = search.next();
  while (step.done !== true) step = search.next();
  return step.value;
}

function* searchDescriptors(pid: number, inode: number, proc: string): Generator<undefined, boolean> {
  const folder = `${proc}/${pid}/fd`;
  const target = `socket:[${inode}]`;
  for (const fd of list(folder)) {
    if (link(`${folder}/${fd}`) === target) return true;
    yield;
  }
  return false;
}

/** In words, for a message. */
export function describeListener({ uid, pid, name }: Listener): string {
  return pid === undefined ? `a program of uid ${uid}` : `${name ?? "a program"} (pid ${pid})`;
}

// A process may end between any two of these: what is not there (any more) is undefined or empty.

function read(path: string): string | undefined {
  return attempt(() => readFileSync(path, "latin1"));
}

function list(path: string): readonly string[] {
  return attempt(() => readdirSync(path)) ?? [];
}

function link(path: string): string | undefined {
  return attempt(() => readlinkSync(path));
}

function ownerOf(path: string): number | undefined {
  return attempt(() => statSync(path).uid);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
