import { expect, test } from "bun:test";
import { parseHead } from "../../src/http/head.ts";

const HOST = "Host: a";
const head = (...lines: string[]) => lines.join("\r\n");

test.each([
  ["GET / HTTP/1.1"],
  ["GET / HTTP/1.1\r\nHost: a\r\nHost: a"],
  ["GET / HTTP/1.0\r\nHost: a\r\nHost: b"],
  [head("GET / HTTP/1.1", "Host: a b")],
  [head("GET / HTTP/1.1", "Host: a/b")],
  [head("GET / HTTP/1.1", "Host: user@a")],
  ["GET /"],
  ["GET  / HTTP/1.1\r\nHost: a"],
  ["GET / x HTTP/1.1\r\nHost: a"],
  ["GET / HTTP/1.1 \r\nHost: a"],
  [" GET / HTTP/1.1\r\nHost: a"],
  ["G(T / HTTP/1.1\r\nHost: a"],
  ["GET /\xe9 HTTP/1.1\r\nHost: a"],
  ["GET / http/1.1\r\nHost: a"],
  ["GET / HTTP/1.10\r\nHost: a"],
  ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
  [""],
  [head("GET / HTTP/1.1", HOST, "Folded: a", " b")],
  [head("GET / HTTP/1.1", " Folded: a", HOST)],
  [head("GET / HTTP/1.1", HOST, "Name : a")],
  [head("GET / HTTP/1.1", HOST, "Na me: a")],
  [head("GET / HTTP/1.1", HOST, ": a")],
  [head("GET / HTTP/1.1", HOST, "name")],
  [head("GET / HTTP/1.1", HOST, "N\xe4me: a")],
  [head("GET / HTTP/1.1", HOST, "Name: a\0b")],
  [head("GET / HTTP/1.1", HOST, "Name: a\rb: c")],
  [head("GET / HTTP/1.1", HOST, "Name: a\nb: c")],
  ["GET / HTTP/1.1\nHost: a"],
  [head("PUT / HTTP/1.1", HOST, "Content-Length: 3", "Transfer-Encoding: chunked")],
  [head("PUT / HTTP/1.1", HOST, "Transfer-Encoding: chunked", "Content-Length: 3")],
  [head("PUT / HTTP/1.1", HOST, "Content-Length: 3", "Content-Length: 4")],
  [head("PUT / HTTP/1.1", HOST, "Content-Length: 3, 3")],
  [head("PUT / HTTP/1.1", HOST, "Content-Length: +3")],
  [head("PUT / HTTP/1.1", HOST, "Content-Length: -3")],
  [head("PUT / HTTP/1.1", HOST, "Content-Length: 0x3")],
  [head("PUT / HTTP/1.1", HOST, "Content-Length:")],
  [head("PUT / HTTP/1.1", HOST, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked")],
  [head("PUT / HTTP/1.0", "Transfer-Encoding: chunked")],
])("%j is malformed", (text) => {
  expect(parseHead(text)).toBe(400);
});

test.each([
  ["GET / HTTP/2.0\r\nHost: a", 400],
  ["GET / HTTP/0.9", 400],
  [head("PUT / HTTP/1.1", HOST, "Transfer-Encoding: gzip"), 400],
  [head("PUT / HTTP/1.1", HOST, "Transfer-Encoding: gzip, chunked"), 400],
  [head("PUT / HTTP/1.1", HOST, "Expect: 200-ok"), 417],
])("%j is answered %i", (text, status) => {
  expect(parseHead(text)).toBe(status as 400);
});

test("the request line and headers as they are", () => {
  const text = head("PUT //a?b=%2F HTTP/1.1", "HOST:a", "X-Two:\t one \t", "x-two:", "Utf-8: \xc3\xa0");
  expect(parseHead(text)).toEqual({
    method: "PUT",
    target: "//a?b=%2F",
    version: "1.1",
    headers: [
      ["host", "a"],
      ["x-two", "one"],
      ["x-two", ""],
      ["utf-8", "\xc3\xa0"],
    ],
    bodyLength: 0,
    expectsContinue: false,
    keepAlive: true,
  });
});

test.each([
  ["HTTP/1.1", [], true],
  ["HTTP/1.2", [], true],
  ["HTTP/1.1", ["Connection: close"], false],
  ["HTTP/1.1", ["Connection: Close"], false],
  ["HTTP/1.1", ["Connection: te, close"], false],
  ["HTTP/1.1", ["Connection: close", "Connection: keep-alive"], false],
  ["HTTP/1.0", [], false],
  ["HTTP/1.0", ["Connection: keep-alive"], true],
  ["HTTP/1.0", ["Connection: Keep-Alive, te"], true],
  ["HTTP/1.0", ["Connection: keep-alive, close"], false],
])("%s with %j keeps the connection: %p", (version, lines, keepAlive) => {
  expect(parseHead(head(`GET / ${version}`, HOST, ...lines))).toMatchObject({ keepAlive });
});

test.each([
  [[], 0],
  [["Content-Length: 0"], 0],
  [["Content-Length: 12"], 12],
  [["Content-Length: 12", "Content-Length: 12"], 12],
  [["Transfer-Encoding: Chunked"], "chunked"],
])("%j has a body of %p", (lines, bodyLength) => {
  expect(parseHead(head("PUT / HTTP/1.1", HOST, ...lines))).toMatchObject({ bodyLength });
});

test.each([
  ["HTTP/1.1", true],
  ["HTTP/1.0", false],
])("Expect in %s is honoured: %p", (version, expectsContinue) => {
  expect(parseHead(head(`PUT / ${version}`, HOST, "Expect: 100-Continue"))).toMatchObject({ expectsContinue });
});
