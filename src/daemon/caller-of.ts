// From a connection to what the metadata service knows of its other end.
import { type Caller, type CallerFinder, callerIdentity } from "../callers/find-caller.ts";
import type { CgroupCheck } from "../callers/cgroup-of-socket.ts";
import type { Held, Holders } from "../callers/holders.ts";
import { isNetworkHelper } from "../callers/container-process.ts";
import { ancestorsOf, isOwnOrDescendant } from "../callers/process.ts";
import type { Context } from "../context.ts";
import type { HttpPeer } from "../http/server.ts";
import { isAllowedUid } from "../imds/guard.ts";
import type { ImdsCaller } from "../imds/message.ts";
import { type Visit, visitOf } from "./caller-book.ts";

/** One connection's other end, and where its requests are counted. */
export type Asker = ImdsCaller & { visit: Visit; held?: Held };

type Deps = {
  context: Pick<Context, "platform" | "uid">;
  findCaller: CallerFinder;
  /** True while base credentials are being fetched: only then can a request come from that very fetch. */
  mayLoop(): boolean;
  /** Absent: it does not matter whether a container asks. */
  containers?: ContainerSigns;
  /** Who is none of these is refused in any case. */
  uids: readonly number[] | "*";
};

/** By what a container is told from a program of this machine. */
export type ContainerSigns = {
  /** Of the processes that we may look into. */
  holders: Holders | undefined;
  /** Of all others'. */
  byCgroup: CgroupCheck | undefined;
};

export function createCallerOf({ context, findCaller, mayLoop, containers, uids }: Deps): (peer: HttpPeer) => Asker {
  // Where the kernel does not tell the peer's uid, the listener's address is all the protection there is.
  const knowsUid = callerIdentity(context.platform) === "kernel";
  return (peer) => {
    const owner = findCaller(peer);
    // A flood of connections that are refused anyway must not cost a look at each.
    const mayAsk = isAllowedUid(owner.uid, uids);
    const isLoop = (pid: number | undefined) =>
      owner.uid !== undefined && mayAsk && mayLoop() && (pid === undefined ? isOurs(owner) : isOurProcess(pid));
    const uid = knowsUid ? owner.uid : context.uid;
    const { address } = peer;
    if (owner.inode === undefined) {
      const visit = visitOf({ uid, inode: undefined, pid: owner.pid });
      const asker: Asker = { address, uid, loop: isLoop(undefined), visit };
      if (containers !== undefined && isNetworkHelper(owner.name ?? "")) asker.container = "process";
      return asker;
    }
    const signs = mayAsk ? containers : undefined;
    // Of other users' processes we see too little to ask whose socket it is; root sees all of them.
    const canSee = owner.uid === context.uid || context.uid === 0;
    const isContainers = () => signs?.byCgroup?.(peer) === true;
    const held = canSee ? signs?.holders?.find(owner, isContainers) : undefined;
    // Of one that is known a few looks are enough, while a search of all processes delays whoever asks meanwhile.
    const known = held?.known?.process;
    const asker: Asker = { address, uid, loop: isLoop(known?.pid), visit: visitOf(owner, known) };
    if (held !== undefined) asker.held = held;
    if (held?.isContainer ?? isContainers()) asker.container = "process";
    return asker;
  };
}

/** A container on a network of its own: there is nothing but its address to know it by. */
export function containerAsker(address: string): Asker {
  const visit = visitOf({ uid: undefined, inode: undefined, container: address });
  return { address, uid: undefined, loop: false, container: "bridge", visit };
}

function isOurProcess(pid: number): boolean {
  return pid === process.pid || ancestorsOf(pid).includes(process.pid);
}

function isOurs(owner: Caller): boolean {
  if (owner.inode !== undefined) return isOwnOrDescendant(owner.inode, owner.uid);
  return owner.pid !== undefined && owner.isOwn();
}
