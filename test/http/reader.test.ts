import { expect, test } from "bun:test";
import { createReader, MAX_HEAD_BYTES, type Read, type Reader, type Repeated } from "../../src/http/reader.ts";
import { createRecent } from "../../src/http/recent.ts";

const options = (repeats = createRecent<Repeated>(4)) => ({ maxBodyBytes: 16, repeats });
const GET = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
const PUT = "PUT /p HTTP/1.1\r\nHost: h\r\n";
const CHUNKED = `${PUT}Transfer-Encoding: chunked\r\n\r\n`;

/** What the reader makes of the pieces: "GET /a body" per request, or where it stopped. */
function readAll(pieces: readonly string[], reader: Reader = createReader(options())): string[] {
  const results: string[] = [];
  for (const piece of pieces) {
    reader.push(Buffer.from(piece, "latin1"));
    for (let read = reader.next(); read.kind !== "more"; read = reader.next()) {
      results.push(describe(read));
      if (read.kind === "refused") return results;
    }
  }
  return results;
}

function describe(read: Read): string {
  if (read.kind === "request") {
    const { method, target, body } = read.request;
    return `${method} ${target} ${Buffer.from(body).toString("latin1")}`.trim();
  }
  return read.kind === "refused" ? String(read.status) : read.kind;
}

test.each([
  ["one request", GET, ["GET /a"]],
  ["an empty line before it", `\r\n${GET}`, ["GET /a"]],
  ["two empty lines before it", `\r\n\r\n${GET}`, ["400"]],
  ["three at once", GET + GET + GET, ["GET /a", "GET /a", "GET /a"]],
  ["a request and the beginning of one", `${GET}GET /b HT`, ["GET /a"]],
  ["a body, then a request", `${PUT}Content-Length: 3\r\n\r\nabc${GET}`, ["PUT /p abc", "GET /a"]],
  ["no body sent yet", `${PUT}Content-Length: 3\r\n\r\nab`, []],
  ["a body as long as allowed", `${PUT}Content-Length: 16\r\n\r\n${"b".repeat(16)}`, [`PUT /p ${"b".repeat(16)}`]],
  ["a body too long", `${PUT}Content-Length: 17\r\n\r\n`, ["413"]],
  ["a body of absurd length", `${PUT}Content-Length: ${"9".repeat(400)}\r\n\r\n`, ["413"]],
  ["an empty chunked body", `${CHUNKED}0\r\n\r\n${GET}`, ["PUT /p", "GET /a"]],
  [
    "a chunked body",
    `${CHUNKED}3\r\nabc\r\n2;x="y"\r\nde\r\n0\r\nTrailer: t\r\n\r\n${GET}`,
    ["PUT /p abcde", "GET /a"],
  ],
  ["chunk sizes in both cases", `${CHUNKED}a\r\n0123456789\r\nA\r\n`, ["413"]],
  ["chunks that are too long together", `${CHUNKED}9\r\n012345678\r\n8\r\n`, ["413"]],
  ["a chunk size that is none", `${CHUNKED}x\r\n`, ["400"]],
  ["a negative chunk size", `${CHUNKED}-1\r\n`, ["400"]],
  ["a chunk size with 0x", `${CHUNKED}0x1\r\n`, ["400"]],
  ["a chunk size that is too long", `${CHUNKED}000000001\r\n`, ["400"]],
  ["no chunk size", `${CHUNKED}\r\n`, ["400"]],
  ["a chunk longer than its size", `${CHUNKED}1\r\nab\r\n`, ["400"]],
  ["a bare LF after a chunk size", `${CHUNKED}1\na\r\n`, ["400"]],
  ["a bare LF after a chunk", `${CHUNKED}1\r\na\n`, ["400"]],
  ["a trailer that is none", `${CHUNKED}0\r\nno colon\r\n\r\n`, ["400"]],
  ["an endless chunk extension", `${CHUNKED}1;${"x".repeat(2000)}`, ["400"]],
  ["endless trailers", `${CHUNKED}0\r\n${`T: ${"x".repeat(900)}\r\n`.repeat(10)}`, ["400"]],
  ["lines that end with LF alone", "GET / HTTP/1.1\nHost: h\n\n", ["400"]],
  ["a first line that ends with LF alone", "GET / HTTP/1.1\n", ["400"]],
  ["a head that never ends", `GET / HTTP/1.1\r\nX: ${"x".repeat(MAX_HEAD_BYTES)}`, ["431"]],
  ["a head that is too long", `GET / HTTP/1.1\r\nX: ${"x".repeat(MAX_HEAD_BYTES)}\r\n\r\n`, ["431"]],
  ["a body announced with Expect", `${PUT}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`, ["continue"]],
  ["Expect, and the body already", `${PUT}Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc`, ["PUT /p abc"]],
  ["Expect without a body", `${PUT}Expect: 100-continue\r\n\r\n`, ["PUT /p"]],
  ["Expect with a body too long", `${PUT}Expect: 100-continue\r\nContent-Length: 17\r\n\r\n`, ["413"]],
])("%s", (_, text, results) => {
  expect(readAll([text])).toEqual(results);
});

const STREAM =
  `\r\n${GET}${PUT}Content-Length: 3\r\n\r\nabc${CHUNKED}3\r\nd\r\n\r\n1;e\r\ng\r\n0\r\nT: t\r\n\r\n` +
  `${GET}${PUT}\r\n`;
const STREAM_RESULTS = ["GET /a", "PUT /p abc", "PUT /p d\r\ng", "GET /a", "PUT /p"];

test("a stream cut in two at every place reads the same", () => {
  for (let at = 0; at <= STREAM.length; at++) {
    expect(readAll([STREAM.slice(0, at), STREAM.slice(at)])).toEqual(STREAM_RESULTS);
  }
});

test("a stream sent byte by byte reads the same", () => {
  expect(readAll(STREAM.split(""))).toEqual(STREAM_RESULTS);
});

test("the same bytes again are the same request, other bytes of that length are not", () => {
  const other = GET.replace("/a", "/b");
  expect(readAll([GET, GET, other, GET, other])).toEqual(["GET /a", "GET /a", "GET /b", "GET /a", "GET /b"]);
});

test("the same bytes on another connection are read once; no part of a request, and nothing with a body, is kept", () => {
  const repeats = createRecent<Repeated>(4);
  const first = (bytes: string): Read => {
    const reader = createReader(options(repeats));
    reader.push(Buffer.from(bytes, "latin1"));
    return reader.next();
  };
  expect(first(GET)).toBe(first(GET));
  expect(describe(first(GET.replace("/a", "/b")))).toBe("GET /b");
  const put = `${PUT}Content-Length: 1\r\n\r\na`;
  for (const bytes of [put, `\r\n${put}`, GET + GET, GET.slice(0, -2)]) {
    first(bytes);
    expect(repeats.find((one) => one.bytes.equals(Buffer.from(bytes)))).toBeUndefined();
  }
});

test("a request repeated in the middle of a body is body", () => {
  const body = GET.slice(0, 16);
  const put = `${PUT}Content-Length: 16\r\n\r\n`;
  expect(readAll([GET, put, body, GET])).toEqual(["GET /a", `PUT /p ${body}`.trim(), "GET /a"]);
});

test("idle means that nothing of a request is here", () => {
  const reader = createReader(options());
  const states = ["GET /a HTTP/1.1\r\n", "Host: h\r\n\r\n", `${PUT}Content-Length: 2\r\n\r\n`, "a", "b"].map(
    (piece) => {
      readAll([piece], reader);
      return reader.isIdle();
    },
  );
  expect(states).toEqual([false, true, false, false, true]);
});

test("random bytes are refused or waited for, never thrown at", () => {
  // A fixed generator (Park and Miller's), so that a failure can be repeated.
  let seed = 42;
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const words = [
    "GET ",
    "/",
    " HTTP/1.1",
    "\r\n",
    "\n",
    "\r",
    "Host: h",
    "\r\n\r\n",
    ":",
    " ",
    "\0",
    "0",
    "Content-Length: 5",
  ];
  for (let round = 0; round < 2000; round++) {
    const pieces = Array.from({ length: 12 }, () => words[random(words.length)] ?? "");
    for (const result of readAll(pieces)) expect(result).toMatch(/^(?:4\d\d|50[15]|continue|[A-Z]+ \S+.*)/s);
  }
});
