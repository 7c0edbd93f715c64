// Answers on their way to the kernel: several in one write, and back-pressure where the client does not read.

export type Writable = {
  /** Returns how many bytes were taken, -1 where the socket is closed. */
  write(data: string | Buffer<ArrayBuffer>): number;
};

export type Outbox = {
  /** Not written yet. */
  queued: string | Buffer<ArrayBuffer>;
  queuedBytes: number;
  /** What the kernel would not take. */
  unsent: Buffer<ArrayBuffer> | undefined;
};

export function createOutbox(): Outbox {
  return { queued: "", queuedBytes: 0, unsent: undefined };
}

/** `bytes` is the length of `data` as UTF-8. */
export function enqueue(outbox: Outbox, data: string | Buffer<ArrayBuffer>, bytes: number): void {
  const { queued } = outbox;
  if (outbox.queuedBytes === 0) outbox.queued = data;
  else if (typeof queued === "string" && typeof data === "string") outbox.queued = queued + data;
  else outbox.queued = Buffer.concat([bufferOf(queued), bufferOf(data)]);
  outbox.queuedBytes += bytes;
}

/** Writes what is stuck, then what is queued; the rest stays for when the socket drains. */
export function flush(outbox: Outbox, wire: Writable): void {
  if (outbox.unsent !== undefined) outbox.unsent = rest(outbox.unsent, wire.write(outbox.unsent));
  const { queued, queuedBytes } = outbox;
  if (outbox.unsent !== undefined || queuedBytes === 0) return;
  outbox.queued = "";
  outbox.queuedBytes = 0;
  const written = wire.write(queued);
  if (written < queuedBytes) outbox.unsent = rest(bufferOf(queued), written);
}

export function isStuck(outbox: Outbox): boolean {
  return outbox.unsent !== undefined;
}

export function discard(outbox: Outbox): void {
  outbox.queued = "";
  outbox.queuedBytes = 0;
  outbox.unsent = undefined;
}

// --- internal ---

function bufferOf(data: string | Buffer<ArrayBuffer>): Buffer<ArrayBuffer> {
  return typeof data === "string" ? Buffer.from(data) : data;
}

// A closed socket writes -1: nothing more can be sent, and its `close` event follows.
function rest(data: Buffer<ArrayBuffer>, written: number): Buffer<ArrayBuffer> | undefined {
  return written < 0 || written >= data.length ? undefined : data.subarray(written);
}
