// From a connection to what the metadata service knows of its other end.
import { type CallerFinder, callerIdentity } from "../callers/find-caller.ts";
import { isOwnOrDescendant } from "../callers/process.ts";
import type { Context } from "../context.ts";
import type { HttpPeer } from "../http/server.ts";
import type { ImdsCaller } from "../imds/message.ts";

type Deps = {
  context: Pick<Context, "platform" | "uid">;
  findCaller: CallerFinder;
  /** True while base credentials are being fetched: only then can a request come from that very fetch. */
  mayLoop(): boolean;
};

export function createCallerOf({ context, findCaller, mayLoop }: Deps): (peer: HttpPeer) => ImdsCaller {
  // Where the kernel does not tell the peer's uid, the listener's address is all the protection there is.
  const knowsUid = callerIdentity(context.platform) === "kernel";
  return (peer) => {
    const owner = findCaller(peer);
    const loop = owner.uid !== undefined && mayLoop() && isOwnOrDescendant(owner.inode, owner.uid);
    return { address: peer.address, uid: knowsUid ? owner.uid : context.uid, loop };
  };
}
