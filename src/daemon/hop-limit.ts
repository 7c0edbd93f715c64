// [imds] hop_limit: on every listener of the metadata service while it is open.
import type { HttpServer } from "../http/server.ts";
import type { Log } from "../output.ts";
import { setHopLimit } from "../sys/hop-limit.ts";
import type { Libc } from "../sys/libc.ts";

export type Listener = Pick<HttpServer, "fd" | "stop">;

export type HopLimit = {
  /** From now on until it is stopped. */
  on(listener: Listener, family: 4 | 6): Listener;
  change(hops: number): void;
};

export function createHopLimit(hops: number, libc: Libc | undefined, log: Log): HopLimit {
  const open = new Map<Listener, 4 | 6>();
  let wanted = hops;
  const apply = ({ fd }: Listener, family: 4 | 6) => {
    const done = libc !== undefined && fd !== undefined && setHopLimit(libc, fd, family, wanted);
    if (!done && wanted !== 0) log.warn("imds.hop_limit does not work on this system");
  };
  return {
    on(listener, family) {
      open.set(listener, family);
      if (wanted !== 0) apply(listener, family);
      return {
        fd: listener.fd,
        stop() {
          open.delete(listener);
          return listener.stop();
        },
      };
    },
    change(next) {
      if (next === wanted) return;
      wanted = next;
      for (const [listener, family] of open) apply(listener, family);
    },
  };
}
