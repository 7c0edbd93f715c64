// From a connection to what the metadata service knows of its other end.
import { type Caller, type CallerFinder, callerIdentity } from "../callers/find-caller.ts";
import { isOwnOrDescendant } from "../callers/process.ts";
import type { Context } from "../context.ts";
import type { HttpPeer } from "../http/server.ts";
import type { ImdsCaller } from "../imds/message.ts";
import { type Visit, visitOf } from "./caller-book.ts";

/** One connection's other end, and where its requests are counted. */
export type Asker = ImdsCaller & { visit: Visit };

type Deps = {
  context: Pick<Context, "platform" | "uid">;
  findCaller: CallerFinder;
  /** True while base credentials are being fetched: only then can a request come from that very fetch. */
  mayLoop(): boolean;
};

export function createCallerOf({ context, findCaller, mayLoop }: Deps): (peer: HttpPeer) => Asker {
  // Where the kernel does not tell the peer's uid, the listener's address is all the protection there is.
  const knowsUid = callerIdentity(context.platform) === "kernel";
  return (peer) => {
    const owner = findCaller(peer);
    const loop = owner.uid !== undefined && mayLoop() && isOurs(owner);
    const uid = knowsUid ? owner.uid : context.uid;
    return {
      address: peer.address,
      uid,
      loop,
      visit: visitOf(owner.inode === undefined ? { uid, inode: undefined, pid: owner.pid } : owner),
    };
  };
}

/** A container on a network of its own: there is nothing but its address to know it by. */
export function containerAsker(address: string): Asker {
  const visit = visitOf({ uid: undefined, inode: undefined, container: address });
  return { address, uid: undefined, loop: false, container: "bridge", visit };
}

function isOurs(owner: Caller): boolean {
  if (owner.inode !== undefined) return isOwnOrDescendant(owner.inode, owner.uid);
  return owner.pid !== undefined && owner.isOwn();
}
