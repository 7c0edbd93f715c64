// Real connections on loopback, with the sockets' inodes as this process's own descriptors tell them.

import { readlinkSync } from "node:fs";
import type { Connection } from "../../src/callers/find-caller.ts";

type Accepted = { socket: Bun.Socket; peer: Connection };

export type Listening = Disposable & { port: number; next(): Promise<Accepted> };

/** `next` resolves with the connections in the order in which they send their first bytes. */
export function listen(hostname = "127.0.0.1"): Listening {
  const waiting: ((accepted: Accepted) => void)[] = [];
  const arrived: Accepted[] = [];
  const listener = Bun.listen({
    hostname,
    port: 0,
    allowHalfOpen: true,
    socket: {
      data(socket) {
        const { remoteAddress, remotePort, localAddress, localPort } = socket;
        const peer = { address: remoteAddress, port: remotePort, localAddress, localPort };
        const resolve = waiting.shift();
        if (resolve === undefined) arrived.push({ socket, peer });
        else resolve({ socket, peer });
      },
    },
  });
  return {
    port: listener.port,
    next: async () => arrived.shift() ?? (await new Promise((resolve) => waiting.push(resolve))),
    [Symbol.dispose]: () => listener.stop(true),
  };
}

export async function dial(hostname: string, port: number): Promise<Bun.Socket> {
  return await Bun.connect({
    hostname,
    port,
    socket: {
      open: (socket) => void socket.write("x"),
      data() {},
    },
  });
}

/** Bun tells it, its types do not. */
export function descriptorOf(socket: object): number {
  if ("fd" in socket && typeof socket.fd === "number") return socket.fd;
  throw new Error("this socket has no descriptor");
}

export function inodeOf(fd: number): number {
  return Number(/\[(\d+)\]/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1]);
}
