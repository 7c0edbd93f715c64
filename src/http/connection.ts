// One connection's life: requests in, answers out in order, deadlines, and an end that loses no answer.

import type { Answer, RenderAnswer } from "./answer.ts";
import { type Header, type HttpRequest, type HttpResponse, NO_HEADERS } from "./message.ts";
import { createOutbox, discard, enqueue, flush, isStuck, type Outbox, type Writable } from "./outbox.ts";
import { createReader, type Read, type Reader, type ReaderOptions } from "./reader.ts";

/** What a connection needs of its socket; Bun's has it. */
export type Wire = Writable & {
  end(): void;
  terminate(): void;
  shutdown(): void;
  pause(): void;
  resume(): void;
};

/** What all connections of a server share. */
export type Service<C> = ReaderOptions & {
  handle(request: HttpRequest, caller: C): HttpResponse | Promise<HttpResponse>;
  onError(error: unknown): void;
  headers(): readonly Header[];
  idleMs: number;
  monotonicMs(): number;
  render: RenderAnswer;
  date(monotonicMs: number): string;
  isStopping(): boolean;
};

export type Connection<C> = {
  readonly service: Service<C>;
  readonly wire: Wire;
  readonly caller: C;
  readonly reader: Reader;
  /**
   * `reading`: waits for requests. `answering`: a handler has not settled yet. `closing`: the last answer is on its way.
   * `lingering`: it is written, and what the client still sends is thrown away. `closed`: nothing may be done any more.
   */
  phase: "reading" | "answering" | "closing" | "lingering" | "closed";
  /** While something in it is stuck, no further request is answered. */
  readonly outbox: Outbox;
  /** The client has closed its sending side. */
  ended: boolean;
  /** Something the client sends may be left unread: a plain close would then reset the connection and lose the answer. */
  lingers: boolean;
  paused: boolean;
  answered: number;
  deadlineMs: number;
};

// A pipelining client is read no further than this ahead, and answered in writes of about this size.
const MAX_AHEAD_BYTES = 65_536;
const LINGER_MS = 1000;
const CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";

export function openConnection<C>(service: Service<C>, wire: Wire, caller: C): Connection<C> {
  return {
    service,
    wire,
    caller,
    reader: createReader(service),
    phase: "reading",
    outbox: createOutbox(),
    ended: false,
    lingers: false,
    paused: false,
    answered: 0,
    deadlineMs: service.monotonicMs() + service.idleMs,
  };
}

export function received<C>(connection: Connection<C>, bytes: Buffer): void {
  const { phase, reader, service } = connection;
  if (phase === "closing" || phase === "lingering" || phase === "closed") return;
  const nowMs = service.monotonicMs();
  // The deadline of a request runs from its first byte; later bytes do not move it.
  if (isIdle(connection)) renewDeadline(connection, nowMs);
  reader.push(bytes);
  pump(connection, nowMs);
}

export function drained<C>(connection: Connection<C>): void {
  const { outbox, wire } = connection;
  if (!isStuck(outbox)) return;
  flush(outbox, wire);
  if (isStuck(outbox)) return;
  const nowMs = connection.service.monotonicMs();
  renewDeadline(connection, nowMs);
  pump(connection, nowMs);
}

/** The client sends no more, but may still read: what it has asked is answered first. */
export function ended<C>(connection: Connection<C>): void {
  connection.ended = true;
  if (connection.phase === "lingering") connection.wire.end();
  else pump(connection, connection.service.monotonicMs());
}

export function closed<C>(connection: Connection<C>): void {
  connection.phase = "closed";
  discard(connection.outbox);
}

/** Closes a connection whose deadline has passed: idle, or too slow to send or to read. */
export function expire<C>(connection: Connection<C>, nowMs: number): void {
  if (nowMs < connection.deadlineMs) return;
  if (isIdle(connection)) connection.wire.end();
  else connection.wire.terminate();
}

/** Waits for the next request, has answered one before: may be closed at any moment (RFC 9112 §9.5). */
export function isSpare<C>(connection: Connection<C>): boolean {
  return connection.answered > 0 && isIdle(connection);
}

// --- internal ---

type Request = Extract<Read, { kind: "request" }>;

function isIdle<C>(connection: Connection<C>): boolean {
  return connection.phase === "reading" && !isStuck(connection.outbox) && connection.reader.isIdle();
}

function renewDeadline<C>(connection: Connection<C>, nowMs: number): void {
  connection.deadlineMs = connection.phase === "answering" ? Infinity : nowMs + connection.service.idleMs;
}

// Answers whatever has been read, in order, as far as handlers and the client's reading allow.
function pump<C>(connection: Connection<C>, nowMs: number): void {
  const { answered, outbox, wire } = connection;
  const wasStuck = isStuck(outbox);
  while (connection.phase === "reading" && !isStuck(outbox)) {
    const read = connection.reader.next();
    if (read.kind === "more") break;
    take(connection, read, nowMs);
    if (outbox.queuedBytes > MAX_AHEAD_BYTES) flush(outbox, wire);
  }
  flush(outbox, wire);
  const stuck = isStuck(outbox);
  if (connection.answered > answered || stuck !== wasStuck) renewDeadline(connection, nowMs);
  if (!stuck && (connection.phase === "closing" || (connection.ended && connection.phase === "reading"))) {
    finish(connection, nowMs);
  } else {
    throttle(connection);
  }
}

function take<C>(connection: Connection<C>, read: Exclude<Read, { kind: "more" }>, nowMs: number): void {
  switch (read.kind) {
    case "continue":
      enqueue(connection.outbox, CONTINUE, CONTINUE.length);
      break;
    case "refused":
      connection.lingers = true;
      answer(connection, undefined, { status: read.status }, nowMs);
      break;
    case "request":
      handle(connection, read, nowMs);
  }
}

function handle<C>(connection: Connection<C>, read: Request, nowMs: number): void {
  const { service, caller } = connection;
  let response: HttpResponse | Promise<HttpResponse>;
  try {
    response = service.handle(read.request, caller);
  } catch (error) {
    return fail(connection, read, error, nowMs);
  }
  if (response instanceof Promise) answerLater(connection, read, response);
  else answer(connection, read, response, nowMs);
}

function answerLater<C>(connection: Connection<C>, read: Request, response: Promise<HttpResponse>): void {
  connection.phase = "answering";
  connection.deadlineMs = Infinity;
  const settle = (reply: (nowMs: number) => void) => {
    if (connection.phase !== "answering") return;
    const nowMs = connection.service.monotonicMs();
    connection.phase = "reading";
    reply(nowMs);
    renewDeadline(connection, nowMs);
    pump(connection, nowMs);
  };
  response.then(
    (value) => settle((nowMs) => answer(connection, read, value, nowMs)),
    (error: unknown) => settle((nowMs) => fail(connection, read, error, nowMs)),
  );
}

function fail<C>(connection: Connection<C>, read: Request, error: unknown, nowMs: number): void {
  connection.service.onError(error);
  answer(connection, read, { status: 500, close: true }, nowMs);
}

function answer<C>(
  connection: Connection<C>,
  read: Request | undefined,
  response: HttpResponse,
  nowMs: number,
  common = connection.service.headers(),
): void {
  const { service, outbox } = connection;
  const keep = read !== undefined && read.keepAlive && response.close !== true && !service.isStopping();
  let rendered: Answer;
  try {
    rendered = service.render(response, {
      headOnly: read?.request.method === "HEAD",
      connection: keep ? (read.request.version === "1.0" ? "keep-alive" : undefined) : "close",
      date: service.date(nowMs),
      common,
    });
  } catch (error) {
    service.onError(error);
    // Whichever header it was: nothing is left in this one that cannot be sent.
    return answer(connection, read, { status: 500, close: true }, nowMs, NO_HEADERS);
  }
  enqueue(outbox, rendered.text, rendered.textBytes);
  if (rendered.bytes !== undefined) enqueue(outbox, Buffer.from(rendered.bytes), rendered.bytes.length);
  connection.answered++;
  if (!keep) connection.phase = "closing";
}

function finish<C>(connection: Connection<C>, nowMs: number): void {
  if (connection.lingers && !connection.ended) {
    connection.phase = "lingering";
    connection.deadlineMs = nowMs + LINGER_MS;
    connection.wire.shutdown();
  } else {
    connection.phase = "closed";
    connection.wire.end();
  }
}

function throttle<C>(connection: Connection<C>): void {
  const isFull = connection.reader.bufferedBytes() > MAX_AHEAD_BYTES;
  if (isFull === connection.paused) return;
  connection.paused = isFull;
  if (isFull) connection.wire.pause();
  else connection.wire.resume();
}
