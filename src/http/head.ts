// The request line and the header section (RFC 9112 §2 to §6), from text to data.
// Strict where leniency has been used to smuggle requests; a refusal is just the status to answer.

import type { Header } from "./message.ts";

export type Head = {
  method: string;
  target: string;
  version: "1.0" | "1.1";
  headers: readonly Header[];
  /** How the body is delimited; 0 where there is none. */
  bodyLength: number | "chunked";
  /** The client sends its body only after a `100 Continue`. */
  expectsContinue: boolean;
  keepAlive: boolean;
};

export type Refusal = 400 | 413 | 417 | 431;

const REQUEST_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+) ([\x21-\x7e]+) HTTP\/(\d)\.(\d)$/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const HOST = /^[\w.\-~%!$&'()*+,;=:[\]]*$/;
// RFC 9112 §2.2 lets a server take a bare LF as a line's end; refusing it leaves only one reading of a head.
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const MALFORMED = /[^\t\r\n\x20-\x7e\x80-\xff]|\r[^\n]|[^\r]\n|^\n|\r$/;

/** `text` is the head without the empty line that ends it, each byte a character (latin1). */
export function parseHead(text: string): Head | Refusal {
  if (MALFORMED.test(text)) return 400;
  const lineEnd = text.indexOf("\r\n");
  const line = REQUEST_LINE.exec(lineEnd < 0 ? text : text.slice(0, lineEnd));
  if (line === null) return 400;
  const [, method = "", target = "", major, minor] = line;
  // Not 505 here, nor 501 below: no input makes this server say that it is at fault, which SDKs take for a reason to retry.
  if (major !== "1") return 400;
  // RFC 9110 §2.5: a higher minor version is read as the highest that is known.
  const version = minor === "0" ? "1.0" : "1.1";
  const headers = parseHeaders(text, lineEnd < 0 ? text.length : lineEnd + 2);
  if (headers === undefined) return 400;
  return frame(method, target, version, headers);
}

// --- internal ---

function parseHeaders(text: string, start: number): Header[] | undefined {
  const headers: Header[] = [];
  for (let at = start; at < text.length;) {
    const found = text.indexOf("\r\n", at);
    const end = found < 0 ? text.length : found;
    const colon = text.indexOf(":", at);
    if (colon < 0 || colon >= end) return undefined;
    const name = text.slice(at, colon);
    // Also refuses obs-fold (§5.2) and a space before the colon (§5.1): neither begins or ends a token.
    if (!TOKEN.test(name)) return undefined;
    headers.push([name.toLowerCase(), trimmed(text, colon + 1, end)]);
    at = end + 2;
  }
  return headers;
}

// Not String.trim: that takes away U+00A0 too, which here is half of a UTF-8 character.
function trimmed(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function frame(method: string, target: string, version: "1.0" | "1.1", headers: Header[]): Head | Refusal {
  let hosts = 0;
  let length: number | undefined;
  let chunked = false;
  let expectsContinue = false;
  let options = "";
  for (const [name, value] of headers) {
    switch (name) {
      case "host":
        if (++hosts > 1 || !HOST.test(value)) return 400;
        break;
      case "content-length": {
        // Digits only: "+1", "0x1" and "1, 1" are read differently by different servers.
        if (!/^\d+$/.test(value)) return 400;
        const bytes = Number(value);
        if (length !== undefined && length !== bytes) return 400;
        length = bytes;
        break;
      }
      case "transfer-encoding":
        // §6.1: faulty in HTTP/1.0, and no other coding is understood.
        if (chunked || version === "1.0") return 400;
        if (value.toLowerCase() !== "chunked") return 400;
        chunked = true;
        break;
      case "expect":
        if (value.toLowerCase() !== "100-continue") return 417;
        // RFC 9110 §10.1.1: ignored in HTTP/1.0.
        expectsContinue = version === "1.1";
        break;
      case "connection":
        options += `,${value.toLowerCase()}`;
        break;
      default:
    }
  }
  if (hosts === 0 && version === "1.1") return 400;
  if (chunked && length !== undefined) return 400;
  const bodyLength = chunked ? "chunked" : (length ?? 0);
  return { method, target, version, headers, bodyLength, expectsContinue, keepAlive: persists(options, version) };
}

// RFC 9112 §9.3: `close` anywhere wins, then the version decides, then an HTTP/1.0 client's `keep-alive`.
function persists(options: string, version: "1.0" | "1.1"): boolean {
  if (options === "") return version === "1.1";
  if (options === ",close") return false;
  const list = options.split(",").map((option) => option.trim());
  if (list.includes("close")) return false;
  return version === "1.1" || list.includes("keep-alive");
}
