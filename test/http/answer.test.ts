import { expect, test } from "bun:test";
import { createRenderAnswer } from "../../src/http/answer.ts";
import type { HttpResponse } from "../../src/http/message.ts";

const DATE = "Mon, 20 Sep 2021 21:41:54 GMT";
const FRAMING = { headOnly: false, connection: undefined, date: DATE };
const render = (response: HttpResponse, framing: Parameters<ReturnType<typeof createRenderAnswer>>[1] = FRAMING) =>
  createRenderAnswer()(response, framing);

test("an answer in full", () => {
  const { text, textBytes } = render({ status: 200, headers: [["Content-Type", "text/plain"]], body: "é" });
  expect(text).toBe(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nDate: ${DATE}\r\n\r\né`);
  expect(textBytes).toBe(Buffer.byteLength(text));
});

test.each([
  ["no body", { status: 404 }, FRAMING, `HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nDate: ${DATE}\r\n\r\n`],
  ["204", { status: 204 }, FRAMING, `HTTP/1.1 204 No Content\r\nDate: ${DATE}\r\n\r\n`],
  ["an unknown status", { status: 299 }, FRAMING, `HTTP/1.1 299 \r\nContent-Length: 0\r\nDate: ${DATE}\r\n\r\n`],
  [
    "HEAD",
    { status: 200, body: "abc" },
    { ...FRAMING, headOnly: true },
    `HTTP/1.1 200 OK\r\nContent-Length: 3\r\nDate: ${DATE}\r\n\r\n`,
  ],
  [
    "close",
    { status: 200, body: "abc" },
    { ...FRAMING, connection: "close" as const },
    `HTTP/1.1 200 OK\r\nContent-Length: 3\r\nDate: ${DATE}\r\nConnection: close\r\n\r\nabc`,
  ],
])("%s", (_, response, framing, text) => {
  expect(render(response, framing).text).toBe(text);
});

test("a body of bytes follows the text untouched", () => {
  const body = Uint8Array.of(0, 255, 13, 10);
  const { text, bytes, textBytes } = render({ status: 200, body });
  expect({ bytes, length: /Content-Length: (\d+)/.exec(text)?.[1], textBytes }).toEqual({
    bytes: body,
    length: "4",
    textBytes: text.length,
  });
});

test.each([
  ["X", "a\r\nSet-Cookie: b"],
  ["X", "a\nb"],
  ["X", "é"],
  ["X: a\r\nY", "b"],
  ["", "b"],
])("the header %j: %j is not sent", (name, value) => {
  const headers = [[name, value]] as const;
  const renderAnswer = createRenderAnswer();
  expect(() => renderAnswer({ status: 200, headers }, FRAMING)).toThrow("invalid response header");
  expect(() => renderAnswer({ status: 200, headers }, FRAMING)).toThrow("invalid response header");
});

test("a list of headers that is handed over again gives the same answer, another one its own", () => {
  const renderAnswer = createRenderAnswer();
  const a = [["X", "a"]] as const;
  const b = [["X", "b"]] as const;
  const texts = [a, a, b, a, undefined].map(
    (headers) => /X: (.)/.exec(renderAnswer({ status: 200, ...(headers && { headers }) }, FRAMING).text)?.[1],
  );
  expect(texts).toEqual(["a", "a", "b", "a", undefined]);
});
