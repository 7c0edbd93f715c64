import { expect, test } from "bun:test";
import { createRenderAnswer, type Framing } from "../../src/http/answer.ts";
import type { HttpResponse } from "../../src/http/message.ts";

const DATE = "Mon, 20 Sep 2021 21:41:54 GMT";
const FRAMING: Framing = { headOnly: false, connection: undefined, date: DATE, common: [] };
const render = (response: HttpResponse, framing = FRAMING) => createRenderAnswer()(response, framing);

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

test("what all answers have stands behind its own", () => {
  const { text } = render({ status: 404, headers: [["X", "a"]] }, { ...FRAMING, common: [["Y", "b"]] });
  expect(text).toStartWith("HTTP/1.1 404 Not Found\r\nX: a\r\nY: b\r\nContent-Length: 0\r\n");
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

const HEADERS = [["X", "a"]] as const;

test.each<[string, HttpResponse, Partial<Framing>]>([
  ["nothing", { status: 200, headers: HEADERS, body: "a" }, {}],
  ["the status", { status: 404, headers: HEADERS, body: "a" }, {}],
  ["the headers", { status: 200, headers: [["X", "b"]], body: "a" }, {}],
  ["the headers, to none", { status: 200, body: "a" }, {}],
  ["the body", { status: 200, headers: HEADERS, body: "b" }, {}],
  ["the date", { status: 200, headers: HEADERS, body: "a" }, { date: "Mon, 20 Sep 2021 21:41:55 GMT" }],
  ["the connection", { status: 200, headers: HEADERS, body: "a" }, { connection: "close" }],
  ["what all answers have", { status: 200, headers: HEADERS, body: "a" }, { common: [["Y", "b"]] }],
  ["the method", { status: 200, headers: HEADERS, body: "a" }, { headOnly: true }],
])("an answer after one that differs in %s is its own", (_, response, change) => {
  const renderAnswer = createRenderAnswer();
  renderAnswer({ status: 200, headers: HEADERS, body: "a" }, FRAMING);
  const framing = { ...FRAMING, ...change };
  expect(renderAnswer(response, framing)).toEqual(render(response, framing));
});

test("a response object that its handler changes and hands out again is rendered again", () => {
  const renderAnswer = createRenderAnswer();
  const response = { status: 200, body: "a" };
  renderAnswer(response, FRAMING);
  response.body = "b";
  expect(renderAnswer(response, FRAMING)).toEqual(render({ status: 200, body: "b" }));
});

test("of answers that are given by turns each is rendered once, though another one is new each time", () => {
  const renderAnswer = createRenderAnswer();
  const headers: HttpResponse["headers"] = [["Content-Type", "text/plain"]];
  const round = (token: string) =>
    [token, "list", "credentials"].map((body) => renderAnswer({ status: 200, headers, body }, FRAMING));
  const [, list, credentials] = round("1");
  for (const token of ["2", "3", "4"]) {
    const [other, ...same] = round(token);
    expect(other?.text.endsWith(token)).toBe(true);
    expect([same[0] === list, same[1] === credentials]).toEqual([true, true]);
  }
});
