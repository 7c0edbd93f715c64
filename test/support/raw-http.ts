// HTTP as bytes over real sockets: what is sent is exactly what a test wrote down, and so is what came back.

export type RawReply = {
  status: number;
  /** The first value of a header, its name in any case. */
  header(name: string): string | undefined;
  headers: readonly (readonly [name: string, value: string])[];
  body: string;
};

export type RawClient = {
  send(data: string | Uint8Array): void;
  /** The next whole answer. Rejects when the connection closes before. `headOnly`: the answer to a HEAD. */
  reply(options?: { headOnly?: boolean }): Promise<RawReply>;
  /** Resolves when the server has closed, with what was received and not taken by `reply`. */
  closed: Promise<string>;
  /** Sends FIN, keeps reading. */
  halfClose(): void;
  pause(): void;
  resume(): void;
  [Symbol.dispose](): void;
};

type Where = { port: number; hostname?: string } | { unix: string };

/** `stubborn`: goes on when the server has ended its side. */
export async function connectRaw(where: Where, { stubborn = false } = {}): Promise<RawClient> {
  let received = "";
  let isClosed = false;
  const waiting = new Set<() => void>();
  const closing = Promise.withResolvers<string>();
  const wake = () => {
    for (const waiter of waiting) waiter();
  };
  const close = () => {
    isClosed = true;
    wake();
    closing.resolve(received);
  };
  const handler = {
    data(_: unknown, bytes: Buffer) {
      received += bytes.toString("latin1");
      wake();
    },
    end(wire: Bun.Socket) {
      if (!stubborn) wire.end();
    },
    close,
    error: close,
  };
  const socket =
    "unix" in where
      ? await Bun.connect({ unix: where.unix, allowHalfOpen: true, socket: handler })
      : await Bun.connect({
          hostname: where.hostname ?? "127.0.0.1",
          port: where.port,
          allowHalfOpen: true,
          socket: handler,
        });

  let unsent: Buffer = Buffer.alloc(0);
  const flush = () => {
    const written = socket.write(Buffer.from(unsent));
    unsent = unsent.subarray(Math.max(written, 0));
  };
  socket.reload({ socket: { ...handler, drain: flush } });

  return {
    send(data) {
      unsent = Buffer.concat([unsent, typeof data === "string" ? Buffer.from(data, "latin1") : data]);
      flush();
    },
    async reply({ headOnly = false } = {}) {
      for (;;) {
        const taken = takeReply(received, headOnly);
        if (taken !== undefined) {
          received = taken.rest;
          return taken.reply;
        }
        if (isClosed) throw new Error(`closed after ${JSON.stringify(received.slice(0, 200))}`);
        const more = Promise.withResolvers<void>();
        waiting.add(more.resolve);
        await more.promise;
        waiting.delete(more.resolve);
      }
    },
    closed: closing.promise,
    halfClose: () => socket.shutdown(),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    [Symbol.dispose]: () => socket.terminate(),
  };
}

/** One request on a connection of its own. */
export async function askRaw(where: Where, request: string): Promise<RawReply> {
  using client = await connectRaw(where);
  client.send(request);
  return await client.reply({ headOnly: request.startsWith("HEAD ") });
}

// --- internal ---

function takeReply(text: string, headOnly: boolean): { reply: RawReply; rest: string } | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(": ");
    return [line.slice(0, colon), line.slice(colon + 2)] as const;
  });
  const header = (name: string) => headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  const length = headOnly ? 0 : Number(header("content-length") ?? "0");
  const start = end + 4;
  if (text.length < start + length) return undefined;
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
  const body = text.slice(start, start + length);
  return { reply: { status, header, headers, body }, rest: text.slice(start + length) };
}
