// One request over a Unix socket, and its answer. `fetch` can do it as well, but starts a thread for it, which takes a
// tenth of a whole `status`.

export type SocketAnswer = {
  status: number;
  body: string;
  /** False where the connection ended before the body did. */
  isWhole: boolean;
};

export type SocketRequest = {
  method: "GET" | "POST";
  path: string;
  body: string | undefined;
  limitMs: number;
  /** Asked once, when there is no answer after a moment: an error ends the wait. */
  whenLate?: () => Error | undefined;
};

/** What a busy daemon may take; a person does not notice more than twice as much. */
const LATE_MS = 250;

/** Thrown when the time is over. */
export class SocketTimeout extends Error {}

/** Rejects where nobody listens, and where the connection ends before an answer begins. */
export async function askSocket(unix: string, request: SocketRequest): Promise<SocketAnswer> {
  const { method, path, body, limitMs, whenLate } = request;
  const { promise, resolve, reject } = Promise.withResolvers<SocketAnswer>();
  let timer = setTimeout(
    () => {
      const error = whenLate?.();
      if (error === undefined) timer = setTimeout(() => reject(new SocketTimeout()), limitMs - LATE_MS);
      else reject(error);
    },
    Math.min(LATE_MS, limitMs),
  );
  const decoder = new TextDecoder();
  let unsent = requestOf(method, path, body);
  let text = "";
  let length = 0;

  const send = (wire: Pick<Bun.Socket, "write">) => void (unsent = unsent.slice(Math.max(0, wire.write(unsent))));
  const connecting = Bun.connect({
    unix,
    socket: {
      open: send,
      drain: send,
      data(_, bytes) {
        length += bytes.length;
        text += decoder.decode(bytes, { stream: true });
        const answer = readAnswer(text, length);
        if (answer?.isWhole === true) resolve(answer);
      },
      close() {
        const answer = readAnswer(text, length);
        if (answer === undefined) reject(new Error("the connection ended without an answer"));
        else resolve(answer);
      },
      error: (_, error) => reject(error),
    },
  });
  connecting.catch(reject);
  try {
    return await promise;
  } catch (error) {
    // What was answered is closed by the daemon.
    connecting.then(
      (wire) => wire.end(),
      () => undefined,
    );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

// --- internal ---

/** A text where it is ASCII alone, as many bytes as letters: making bytes of it takes longer than sending it. */
function requestOf(method: string, path: string, body: string | undefined): string | Uint8Array {
  const head = `${method} ${path} HTTP/1.1\r\nHost: metacred\r\nConnection: close\r\n`;
  if (body === undefined) return `${head}\r\n`;
  const encoder = new TextEncoder();
  const { length } = encoder.encode(body);
  return encoder.encode(`${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`);
}

const HEAD_END = "\r\n\r\n";
const LENGTH_NAME = "\r\ncontent-length:";

/** `length` in bytes; a head is ASCII, so its end is at the same place in text and bytes. */
function readAnswer(text: string, length: number): SocketAnswer | undefined {
  const end = text.indexOf(HEAD_END);
  if (end === -1 || !text.startsWith("HTTP/1.1 ")) return undefined;
  const head = text.slice(0, end + 2).toLowerCase();
  const at = head.indexOf(LENGTH_NAME);
  // What we ask always tells it.
  const wanted = at === -1 ? 0 : Number.parseInt(head.slice(at + LENGTH_NAME.length), 10);
  const bodyStart = end + HEAD_END.length;
  const isWhole = length >= bodyStart + wanted;
  return { status: Number.parseInt(text.slice(9, 12), 10), body: text.slice(bodyStart), isWhole };
}
