// HTTP/1.1 on Bun.listen. It knows connections and their limits; what is asked and answered is the handler's.

import { isIP } from "node:net";
import { type Clock, systemClock } from "../sys/clock.ts";
import { createRenderAnswer } from "./answer.ts";
import {
  closed,
  type Connection,
  drained,
  ended,
  expire,
  isSpare,
  openConnection,
  received,
  type Service,
} from "./connection.ts";
import { createDateHeader } from "./http-date.ts";
import { type Header, type HttpRequest, type HttpResponse, NO_HEADERS } from "./message.ts";
import { createRecent } from "./recent.ts";

/** The other end. On a Unix socket the addresses are empty and the ports 0. */
export type HttpPeer = {
  address: string;
  port: number;
  localAddress: string;
  localPort: number;
  /** Of our end, for SO_PEERCRED and the like. Undocumented in Bun, hence optional. */
  fd: number | undefined;
};

export type HttpAddress =
  | { hostname: string; port: number; /** Several listeners of one user may share the port. */ reusePort?: boolean }
  | { unix: string };

export type HttpServerOptions<C> = {
  /** Called once per connection; `undefined` closes it at once. */
  accept(peer: HttpPeer): C | undefined;
  /** The client has closed its sending side, as one that has ended does; it may still read. */
  ended?(caller: C): void;
  /** Called once for each accepted connection, when it has ended. */
  closed?(caller: C): void;
  handle(request: HttpRequest, caller: C): HttpResponse | Promise<HttpResponse>;
  /** Of each answer, those that the server gives by itself included. The same list while nothing in it changes. */
  headers?(): readonly Header[];
  maxBodyBytes: number;
  /** How long a connection may be idle, a request may take to arrive, and an answer to be read. */
  idleMs: number;
  maxConnections: number;
  /** What a handler threw; its client got an empty 500. */
  onError?(error: unknown): void;
  clock?: Clock;
};

export type HttpServer = {
  /** 0 on a Unix socket. */
  port: number;
  /** Of the listening TCP socket, for its options. Undocumented in Bun, hence optional. */
  fd: number | undefined;
  /** Accepts no more, lets answers in flight end, closes the rest after at most a second. Idempotent. */
  stop(): Promise<void>;
  connections(): number;
};

/** Throws Bun's error where the address cannot be had; `code` tells why (`EADDRINUSE`, `EADDRNOTAVAIL`, `EACCES`). */
export function listenHttp<C>(where: HttpAddress, options: HttpServerOptions<C>): HttpServer {
  const clock = options.clock ?? systemClock;
  const connections = new Set<Connection<C>>();
  const stopping = Promise.withResolvers<void>();
  let isStopping = false;
  let cancelSweep: (() => void) | undefined;

  const service: Service<C> = {
    handle: (request, caller) => options.handle(request, caller),
    onError: (error) => options.onError?.(error),
    headers: () => options.headers?.() ?? NO_HEADERS,
    maxBodyBytes: options.maxBodyBytes,
    repeats: createRecent(MOST_REPEATED),
    idleMs: options.idleMs,
    monotonicMs: () => clock.monotonicMs(),
    render: createRenderAnswer(),
    date: createDateHeader(clock),
    isStopping: () => isStopping,
  };

  const socket: Bun.SocketHandler<Connection<C> | undefined> = {
    open(wire) {
      const isWelcome = !isStopping && connections.size < options.maxConnections;
      const caller = isWelcome ? accept(wire) : undefined;
      if (caller === undefined) {
        wire.end();
        return;
      }
      wire.data = openConnection(service, wire, caller);
      connections.add(wire.data);
      sweepLater();
    },
    data(wire, bytes) {
      if (wire.data !== undefined) received(wire.data, bytes);
    },
    drain(wire) {
      if (wire.data !== undefined) drained(wire.data);
    },
    end(wire) {
      if (wire.data === undefined) return;
      ended(wire.data);
      options.ended?.(wire.data.caller);
    },
    close(wire) {
      if (wire.data === undefined) return;
      closed(wire.data);
      connections.delete(wire.data);
      options.closed?.(wire.data.caller);
      if (connections.size > 0) return;
      cancelSweep?.();
      cancelSweep = undefined;
      if (isStopping) stopping.resolve();
    },
    error(wire, error) {
      service.onError(error);
      wire.terminate();
    },
  };

  const accept = (wire: Bun.Socket<Connection<C> | undefined>): C | undefined => {
    try {
      return options.accept(peerOf(wire, where, listener));
    } catch (error) {
      service.onError(error);
      return undefined;
    }
  };

  // One timer for all connections: it costs a request nothing, and wakes nobody when the last of them has ended.
  const sweepLater = (): void => {
    cancelSweep ??= clock.after(sweepEveryMs(options.idleMs), () => {
      cancelSweep = undefined;
      const nowMs = clock.monotonicMs();
      for (const connection of connections) expire(connection, nowMs);
      if (connections.size > 0) sweepLater();
    });
  };

  const listener = listen(where, socket);

  return {
    port: listener.port,
    fd: listener.fd,
    connections: () => connections.size,
    stop() {
      if (isStopping) return stopping.promise;
      isStopping = true;
      listener.close();
      for (const connection of connections) if (isSpare(connection)) connection.wire.end();
      if (connections.size === 0) stopping.resolve();
      const cancel = clock.after(STOP_MS, () => {
        for (const connection of connections) connection.wire.terminate();
        stopping.resolve();
      });
      return stopping.promise.then(cancel);
    },
  };
}

// --- internal ---

const STOP_MS = 1000;
// One program's requests for a token, for the list and for the credentials, and one more.
const MOST_REPEATED = 4;

function sweepEveryMs(idleMs: number): number {
  return Math.min(Math.max(idleMs / 4, 10), 1000);
}

type Listener = { port: number; fd: number | undefined; close(): void };

// Half-open, so that a client which ends its sending side at once (`printf … | nc`) still gets its answer.
function listen<C>(where: HttpAddress, socket: Bun.SocketHandler<Connection<C> | undefined>): Listener {
  const common = { allowHalfOpen: true, data: undefined, socket };
  if ("unix" in where) {
    const listener = Bun.listen({ ...common, unix: where.unix });
    return { port: 0, fd: undefined, close: () => listener.stop(false) };
  }
  const { hostname, port, reusePort = false } = where;
  // Bun.listen knows reusePort, bun-types knows it for connecting alone: hence the name for the options.
  const options = { ...common, hostname, port, reusePort };
  const listener = Bun.listen(options);
  return { port: listener.port, fd: fdOf(listener), close: () => listener.stop(false) };
}

function peerOf<C>(wire: Bun.Socket<C>, where: HttpAddress, listener: Listener): HttpPeer {
  const fd = fdOf(wire);
  if ("unix" in where) return { address: "", port: 0, localAddress: "", localPort: 0, fd };
  const { remoteAddress: address, remotePort: port } = wire;
  // Each of Bun's four getters is a system call; our own end is known where one address is listened on.
  const isOne = isIP(where.hostname) !== 0 && where.hostname !== "0.0.0.0" && where.hostname !== "::";
  if (isOne) return { address, port, localAddress: where.hostname, localPort: listener.port, fd };
  return { address, port, localAddress: wire.localAddress, localPort: wire.localPort, fd };
}

function fdOf(socket: object): number | undefined {
  return "fd" in socket && typeof socket.fd === "number" ? socket.fd : undefined;
}
