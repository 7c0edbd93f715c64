// From a stream of bytes to whole requests: partial heads, pipelining and bodies, with every limit applied.

import { type BodyReader, createChunkedBody, createSizedBody } from "./body.ts";
import { type Head, parseHead, type Refusal } from "./head.ts";
import type { HttpRequest } from "./message.ts";
import type { Recent } from "./recent.ts";

export type Read =
  | { kind: "request"; request: HttpRequest; keepAlive: boolean }
  /** Nothing whole yet. */
  | { kind: "more" }
  /** The client waits for a `100 Continue` before it sends the body. */
  | { kind: "continue" }
  /** Answer with the status and close: where the next request begins is no longer known. */
  | { kind: "refused"; status: Refusal };

export type Reader = {
  push(bytes: Buffer): void;
  next(): Read;
  /** Nothing of a request has been received. */
  isIdle(): boolean;
  bufferedBytes(): number;
};

export const MAX_HEAD_BYTES = 16_384;
const MAX_REPEATED_BYTES = 2048;

const NO_BYTES = new Uint8Array(0);
const NO_BUFFER = Buffer.alloc(0);
const MORE: Read = { kind: "more" };
const CONTINUE: Read = { kind: "continue" };
const END_OF_HEAD = "\r\n\r\n";
const CR = 13;
const LF = 10;

/** A request without a body, and all its bytes. */
export type Repeated = { bytes: Buffer; read: Read };

/** `repeats`: shared by all connections, since programs may make a new one for each of the same requests. */
export type ReaderOptions = { maxBodyBytes: number; repeats: Recent<Repeated> };

export function createReader({ maxBodyBytes, repeats }: ReaderOptions): Reader {
  let buffer: Buffer = NO_BUFFER;
  let offset = 0;
  // Where the search for the head's end goes on, so that a head sent byte by byte is not searched again and again.
  let searched = 0;
  // Programs on a kept connection send the same bytes again and again; those need no second reading.
  let repeated: Repeated | undefined;
  let head: Head | undefined;
  let body: BodyReader | undefined;

  const isOf = ({ bytes }: Repeated) => bytes.length === buffer.length && bytes.equals(buffer);

  const takeHead = (): Head | Read => {
    // RFC 9112 §2.2: one empty line before a request is forgiven.
    const start = buffer[offset] === CR && buffer[offset + 1] === LF ? offset + 2 : offset;
    const end = buffer.indexOf(END_OF_HEAD, Math.max(start, searched));
    if ((end < 0 ? buffer.length : end) - offset > MAX_HEAD_BYTES) return refuse(431);
    if (end < 0) {
      if (hasBareLf(buffer, Math.max(start, searched))) return refuse(400);
      searched = Math.max(start, buffer.length - END_OF_HEAD.length + 1);
      return MORE;
    }
    const parsed = parseHead(buffer.toString("latin1", start, end));
    offset = end + END_OF_HEAD.length;
    searched = offset;
    return typeof parsed === "number" ? refuse(parsed) : parsed;
  };

  const takeBody = (of: Head, reader: BodyReader): Read => {
    offset += reader.take(buffer.subarray(offset));
    searched = offset;
    const state = reader.state();
    if (state === "more") return MORE;
    head = undefined;
    body = undefined;
    return state === "done" ? requestOf(of, reader.bytes()) : refuse(state);
  };

  return {
    push(bytes) {
      buffer = offset === buffer.length ? bytes : Buffer.concat([buffer.subarray(offset), bytes]);
      searched = Math.max(0, searched - offset);
      offset = 0;
    },
    next() {
      if (head !== undefined && body !== undefined) return takeBody(head, body);
      if (offset === buffer.length) return MORE;
      if (offset === 0) {
        if (repeated === undefined || !isOf(repeated)) repeated = repeats.find(isOf);
        if (repeated !== undefined) {
          offset = buffer.length;
          return repeated.read;
        }
      }
      const start = offset;
      const taken = takeHead();
      if ("kind" in taken) return taken;
      if (taken.bodyLength === 0) {
        const read = requestOf(taken, NO_BYTES);
        if (start === 0 && offset === buffer.length && offset <= MAX_REPEATED_BYTES) {
          repeated = { bytes: buffer, read };
          repeats.keep(repeated);
        }
        return read;
      }
      if (taken.bodyLength !== "chunked" && taken.bodyLength > maxBodyBytes) return refuse(413);
      head = taken;
      body = taken.bodyLength === "chunked" ? createChunkedBody(maxBodyBytes) : createSizedBody(taken.bodyLength);
      // RFC 9110 §10.1.1: no 100 where some of the body has come already.
      if (taken.expectsContinue && offset === buffer.length) return CONTINUE;
      return takeBody(taken, body);
    },
    isIdle: () => head === undefined && offset === buffer.length,
    bufferedBytes: () => buffer.length - offset,
  };
}

// --- internal ---

function requestOf(head: Head, body: Uint8Array): Read {
  const { method, target, version, headers, keepAlive } = head;
  return { kind: "request", request: { method, target, version, headers, body }, keepAlive };
}

function refuse(status: Refusal): Read {
  return { kind: "refused", status };
}

// A client that ends lines with LF alone would otherwise wait for its answer until the deadline.
function hasBareLf(buffer: Buffer, start: number): boolean {
  for (let at = buffer.indexOf(LF, start); at >= 0; at = buffer.indexOf(LF, at + 1)) {
    if (buffer[at - 1] !== CR) return true;
  }
  return false;
}
