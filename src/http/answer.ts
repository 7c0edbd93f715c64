// From a response to the bytes of an answer (RFC 9112 §4, RFC 9110 §6.6, §8.6).

import { type Header, type HttpResponse, NO_HEADERS } from "./message.ts";
import { createRecent } from "./recent.ts";

export type Answer = {
  /** Written as UTF-8. */
  text: string;
  /** A body given as bytes follows the text. */
  bytes: Uint8Array | undefined;
  /** Of the text alone. */
  textBytes: number;
};

export type Framing = {
  /** The method was HEAD: the headers of the GET, without the body. */
  headOnly: boolean;
  connection: "close" | "keep-alive" | undefined;
  date: string;
  /** Of all answers of the service. */
  common: readonly Header[];
};

export type RenderAnswer = (response: HttpResponse, framing: Framing) => Answer;

/**
 * The function throws where a header would break out of its line; the caller answers 500 then.
 * Clients ask in rounds: what was rendered for one of the last answers is handed out again while nothing in it differs
 * (the same list of headers, not an equal one).
 */
export function createRenderAnswer(): RenderAnswer {
  const recent = createRecent<{ of: Parts; answer: Answer }>(MOST_RENDERED);
  return ({ status, headers = NO_HEADERS, body = "" }, { headOnly, connection, date, common }) => {
    const of: Parts = { status, headers, body, headOnly, connection, date, common };
    const known = recent.find((one) => isSame(one.of, of));
    if (known !== undefined) return known.answer;
    const answer = render(of);
    recent.keep({ of, answer });
    return answer;
  };
}

// --- internal ---

// A list, credentials, and the token between them, which is another one each time.
const MOST_RENDERED = 3;

type Parts = Required<Pick<HttpResponse, "status" | "headers" | "body">> & Framing;

function isSame(a: Parts, b: Parts): boolean {
  return (
    a.headers === b.headers &&
    a.common === b.common &&
    a.body === b.body &&
    a.status === b.status &&
    a.date === b.date &&
    a.connection === b.connection &&
    a.headOnly === b.headOnly
  );
}

function headerLines(headers: readonly Header[]): string {
  let lines = "";
  for (const [name, value] of headers) {
    if (!NAME.test(name) || !VALUE.test(value)) throw new Error(`invalid response header ${JSON.stringify(name)}`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

function render({ status, headers, common, body, headOnly, connection, date }: Parts): Answer {
  let text = `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n${headerLines(headers)}${headerLines(common)}`;
  const isText = typeof body === "string";
  const bodyBytes = isText ? Buffer.byteLength(body) : body.length;
  const hasBody = status !== 204 && status !== 304;
  if (hasBody) text += `Content-Length: ${bodyBytes}\r\n`;
  text += `Date: ${date}\r\n`;
  if (connection !== undefined) text += `Connection: ${connection}\r\n`;
  text += "\r\n";
  const headBytes = text.length;
  if (!hasBody || headOnly) return { text, bytes: undefined, textBytes: headBytes };
  if (isText) return { text: text + body, bytes: undefined, textBytes: headBytes + bodyBytes };
  return { text, bytes: body, textBytes: headBytes };
}

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e]*$/;

// RFC 9110 §15, RFC 6585. An unlisted status gets an empty phrase, which RFC 9112 §4 allows.
const REASONS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  202: "Accepted",
  204: "No Content",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  417: "Expectation Failed",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
};
