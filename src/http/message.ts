// What the server hands to a handler and what it takes back. Bytes on the wire are head.ts, body.ts and answer.ts.

export type Header = readonly [name: string, value: string];

export const NO_HEADERS: readonly Header[] = [];

export type HttpRequest = {
  method: string;
  /** The request target as it was sent: nothing is decoded, collapsed or resolved. */
  target: string;
  version: "1.0" | "1.1";
  /** Names in lower case, values trimmed, in the order sent; duplicates are kept. */
  headers: readonly Header[];
  body: Uint8Array;
};

/** The server itself adds `Content-Length`, `Date` and `Connection`. */
export type HttpResponse = {
  status: number;
  headers?: readonly Header[];
  body?: string | Uint8Array;
  /** Close the connection after this answer. */
  close?: boolean;
};

/** Every value of a header; an empty one counts. `name` in lower case. */
export function headerValues(request: Pick<HttpRequest, "headers">, name: string): string[] {
  return request.headers.filter(([key]) => key === name).map(([, value]) => value);
}
