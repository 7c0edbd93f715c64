// From a socket to the process that holds it, for each connection: a few microseconds for a process that has asked
// before, one walk through /proc for a new one.
//
// A process is known by an open descriptor of its folder in /proc, which says nothing any more once that process has
// ended, whoever has its number then. A new connection of it most likely has the lowest free descriptor: one whose
// connection has just ended, or the one behind the last.
import { closeSync, openSync, readdirSync } from "node:fs";
import type { Clock } from "../sys/clock.ts";
import type { Libc } from "../sys/libc.ts";
import { asksForContainer, mayAskForContainer, type ProcessFacts } from "./container-process.ts";
import { type FoundProcess, foundProcess } from "./process-finder.ts";
import { factsOf, processOfSocket, suspectsOf } from "./process.ts";
import type { SocketOwner } from "./sock-diag.ts";

/** A connection's place in the process at its other end. */
export type Held = { known: Known | undefined; descriptor: number; isContainer: boolean };

export type Holders = {
  /** Of a socket that a process holds open now. `isContainers`: what its cgroup says. */
  find(owner: SocketOwner, isContainers: () => boolean): Held;
  /** Its connection has ended. */
  released(held: Held): void;
};

type Known = {
  process: FoundProcess;
  isContainer: boolean;
  readAtMs: number;
  folder: number;
  /** Descriptors of connections that have ended, the first to end first. */
  free: number[];
  /** The last that was found. */
  last: number;
};

type Deps = { clock: Pick<Clock, "monotonicMs">; libc: Libc; own: ProcessFacts };

const MOST_KNOWN = 16;
// What a process is may change: by exec, or by namespaces that it enters.
const GOOD_MS = 2000;
const MOST_FREE = 64;

export function createHolders({ clock, libc, own }: Deps): Holders {
  const leadsTo = createLinkReader(libc);
  let known: readonly Known[] = [];

  const forget = (one: Known) => {
    known = known.filter((other) => other !== one);
    closeSync(one.folder);
  };
  const look = (pid: number) => ({
    process: foundProcess(pid),
    isContainer: asksForContainer(factsOf(pid), own),
    readAtMs: clock.monotonicMs(),
  });
  const take = (one: Known, descriptor: number): Held => {
    one.last = descriptor;
    if (known[0] !== one) known = [one, ...known.filter((other) => other !== one)];
    // Metacred itself, which asks every few seconds whether it is reached, does neither.
    if (one.process.pid !== process.pid && clock.monotonicMs() - one.readAtMs > GOOD_MS) {
      Object.assign(one, look(one.process.pid));
    }
    return { known: one, descriptor, isContainer: one.isContainer };
  };
  const amongKnown = (inode: number): Held | undefined => {
    for (const one of known) {
      for (let index = 0; index < one.free.length; index++) {
        const descriptor = one.free[index] ?? 0;
        if (!leadsTo(one.folder, descriptor, inode)) continue;
        one.free.splice(index, 1);
        return take(one, descriptor);
      }
      if (leadsTo(one.folder, one.last + 1, inode)) return take(one, one.last + 1);
    }
    for (const one of known) {
      const all = descriptorsIn(one.folder);
      if (all.length === 0) forget(one);
      const descriptor = all.find((other) => leadsTo(one.folder, other, inode));
      if (descriptor !== undefined) return take(one, descriptor);
    }
    return undefined;
  };
  const learn = (pid: number, inode: number): Held | undefined => {
    const folder = attempt(() => openSync(`/proc/${pid}/fd`, "r"));
    if (folder === undefined) return undefined;
    const descriptor = descriptorsIn(folder).find((other) => leadsTo(folder, other, inode));
    if (descriptor === undefined) {
      closeSync(folder);
      return undefined;
    }
    const one: Known = { ...look(pid), folder, free: [], last: descriptor };
    known = [one, ...known];
    const oldest = known[MOST_KNOWN];
    if (oldest !== undefined) forget(oldest);
    return take(one, descriptor);
  };

  return {
    find(owner, isContainers) {
      const held = amongKnown(owner.inode);
      if (held !== undefined) return held;
      // Before all processes are searched: a container that floods us must not be worth a search each time.
      if (isContainers()) return unknown(true);
      const pid = processOfSocket(owner);
      const found = pid === undefined ? undefined : learn(pid, owner.inode);
      if (found !== undefined) return found;
      return unknown(mayAskForContainer(suspectsOf(owner.uid), own));
    },
    released({ known: one, descriptor }) {
      if (one !== undefined && one.free.length < MOST_FREE) one.free.push(descriptor);
    },
  };
}

// --- internal ---

function unknown(isContainer: boolean): Held {
  return { known: undefined, descriptor: -1, isContainer };
}

/** Whether a descriptor, in a folder of descriptors, is that socket: half a microsecond. */
function createLinkReader(libc: Libc): (folder: number, descriptor: number, inode: number) => boolean {
  // On array buffers of their own: storage inside the garbage-collected heap moves.
  const name = new Uint8Array(new ArrayBuffer(16));
  const target = new Uint8Array(new ArrayBuffer(64));
  return (folder, descriptor, inode) => {
    writeNumber(name, 0, descriptor);
    const length = libc.readlinkat(folder, name, target, target.length);
    // "socket:[" and "]" around the number.
    return length > 9 && target[7] === 0x5b && readNumber(target, 8, length - 1) === inode;
  };
}

function writeNumber(bytes: Uint8Array, at: number, number: number): void {
  let end = at + 1;
  for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) end++;
  bytes[end] = 0;
  for (let rest = number, place = end - 1; place >= at; place--, rest = Math.floor(rest / 10)) {
    bytes[place] = 48 + (rest % 10);
  }
}

/** NaN where it is none, such as in "anon_inode:[eventpoll]". */
function readNumber(bytes: Uint8Array, start: number, end: number): number {
  let number = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
}

function descriptorsIn(folder: number): readonly number[] {
  return (attempt(() => readdirSync(`/proc/self/fd/${folder}`)) ?? []).map(Number);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
