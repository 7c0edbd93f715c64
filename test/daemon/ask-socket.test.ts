import { expect, test } from "bun:test";
import { join } from "node:path";
import { SocketTimeout, askSocket } from "../../src/daemon/ask-socket.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

const GET = { method: "GET", path: "/v1/status", body: undefined, limitMs: 10_000 } as const;

type Wire = Pick<Bun.Socket, "write" | "end">;

/** A server that hears a request to its end, by `heard`, and then does as it is told. */
async function asking(
  then: (wire: Wire) => unknown,
  request: Parameters<typeof askSocket>[1] = GET,
  heard = (text: string) => text.endsWith("\r\n\r\n"),
) {
  using folder = scratchFolder();
  const unix = join(folder.path, "s");
  let text = "";
  using _server = Bun.listen({
    unix,
    socket: {
      data(wire, bytes) {
        text += bytes.toString();
        if (heard(text)) then(wire);
      },
    },
  });
  return { answer: await askSocket(unix, request), heard: text };
}

const head = (length: number, status = "200 OK") => `HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\n\r\n`;

test("an answer is there as soon as it is whole, in however many pieces it comes", async () => {
  const body = '{"role":"rôle"}';
  const bytes = new TextEncoder().encode(`${head(16)}${body}`);
  const { answer, heard } = await asking((wire) => {
    // Through the middle of the letter, and without an end of the connection.
    const cut = bytes.indexOf(0xc3) + 1;
    wire.write(bytes.subarray(0, cut));
    setImmediate(() => wire.write(bytes.subarray(cut)));
  });
  expect(answer).toEqual({ status: 200, body, isWhole: true });
  expect(heard).toBe("GET /v1/status HTTP/1.1\r\nHost: metacred\r\nConnection: close\r\n\r\n");
});

test("a refusal, and an answer without a body", async () => {
  const { answer } = await asking((wire) => wire.end(`${head(2, "400 Bad Request")}{}`));
  expect(answer).toEqual({ status: 400, body: "{}", isWhole: true });
  const { answer: empty } = await asking((wire) => wire.end(head(0, "500 Internal Server Error")));
  expect(empty).toEqual({ status: 500, body: "", isWhole: true });
});

test("a large request arrives whole", async () => {
  const body = JSON.stringify("ü".repeat(500_000));
  const { heard } = await asking(
    (wire) => wire.end(head(0)),
    { ...GET, method: "POST", body },
    (text) => text.endsWith('"'),
  );
  expect(heard).toContain(`Content-Length: ${new TextEncoder().encode(body).length}\r\n\r\n`);
});

test("an answer that breaks off is not whole", async () => {
  const { answer } = await asking((wire) => wire.end(`${head(100)}{"role"`));
  expect(answer.isWhole).toBe(false);
});

test("no answer, nobody there, and one who says nothing", async () => {
  const errorOf = (answer: Promise<unknown>) => answer.catch((error: unknown) => error);
  const ended = errorOf(asking((wire) => wire.end()));
  expect(await ended).toMatchObject({ message: "the connection ended without an answer" });
  expect(await errorOf(askSocket("/nowhere/s", GET))).toBeInstanceOf(Error);
  expect(await errorOf(asking(() => undefined, { ...GET, limitMs: 1 }))).toBeInstanceOf(SocketTimeout);
});
