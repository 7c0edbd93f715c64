// Reads a request body, of a known length or chunked (RFC 9112 §7.1), however the bytes are cut up.

export type BodyState = "more" | "done" | 400 | 413;

export type BodyReader = {
  /** Takes what belongs to the body and says how many bytes that were. */
  take(bytes: Uint8Array): number;
  state(): BodyState;
  bytes(): Uint8Array;
};

// Enough for any extension or trailer; both are dropped.
const MAX_LINE_BYTES = 1024;
const MAX_TRAILER_BYTES = 8192;
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,8})(?:[\t ]*;[\t\x20-\x7e]*)?$/;
const TRAILER = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*$/;
const LF = 10;

export function createSizedBody(length: number): BodyReader {
  const sink = createSink();
  return {
    take(bytes) {
      const count = Math.min(length - sink.size(), bytes.length);
      sink.append(bytes.subarray(0, count));
      return count;
    },
    state: () => (sink.size() === length ? "done" : "more"),
    bytes: sink.bytes,
  };
}

export function createChunkedBody(maxBytes: number): BodyReader {
  const sink = createSink();
  let phase: "size" | "data" | "data-end" | "trailer" = "size";
  let state: BodyState = "more";
  let line = "";
  let chunkLeft = 0;
  let trailerBytes = 0;

  // One line without its CRLF; what it means depends on where in the body it stands.
  const endLine = (text: string): BodyState => {
    if (phase === "data-end") {
      phase = "size";
      return text === "" ? "more" : 400;
    }
    if (phase === "trailer") {
      if (text === "") return "done";
      trailerBytes += text.length;
      return trailerBytes <= MAX_TRAILER_BYTES && TRAILER.test(text) ? "more" : 400;
    }
    const size = CHUNK_SIZE.exec(text)?.[1];
    if (size === undefined) return 400;
    chunkLeft = Number.parseInt(size, 16);
    phase = chunkLeft === 0 ? "trailer" : "data";
    return sink.size() + chunkLeft > maxBytes ? 413 : "more";
  };

  const takeLine = (bytes: Uint8Array, at: number): number => {
    const found = bytes.indexOf(LF, at);
    const end = found < 0 ? bytes.length : found + 1;
    if (line.length + end - at > MAX_LINE_BYTES) {
      state = 400;
      return end;
    }
    line += Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).toString("latin1");
    if (found < 0) return end;
    const text = line;
    line = "";
    state = text.endsWith("\r\n") ? endLine(text.slice(0, -2)) : 400;
    return end;
  };

  const takeData = (bytes: Uint8Array, at: number): number => {
    const end = Math.min(at + chunkLeft, bytes.length);
    sink.append(bytes.subarray(at, end));
    chunkLeft -= end - at;
    if (chunkLeft === 0) phase = "data-end";
    return end;
  };

  return {
    take(bytes) {
      let at = 0;
      while (at < bytes.length) {
        at = phase === "data" ? takeData(bytes, at) : takeLine(bytes, at);
        if (state !== "more") break;
      }
      return at;
    },
    state: () => state,
    bytes: sink.bytes,
  };
}

// --- internal ---

// Grows by doubling and copies what it is given: a kept slice would pin the whole read buffer behind it.
function createSink() {
  let held = new Uint8Array(0);
  let size = 0;
  return {
    size: () => size,
    bytes: (): Uint8Array => held.subarray(0, size),
    append(bytes: Uint8Array): void {
      const needed = size + bytes.length;
      if (needed > held.length) {
        const grown = new Uint8Array(Math.max(needed, held.length * 2));
        grown.set(held.subarray(0, size));
        held = grown;
      }
      held.set(bytes, size);
      size = needed;
    },
  };
}
