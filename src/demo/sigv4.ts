// Signature Version 4 as the receiving side computes it: header-signed requests of the Query services.
// Reference: "Create a signed AWS API request" in the IAM User Guide.
import { createHash, createHmac } from "node:crypto";
import type { MockRequest } from "./service.ts";

export type Authorization = {
  accessKeyId: string;
  /** The day, `20260102`. */
  date: string;
  region: string;
  service: string;
  terminator: string;
  signedHeaders: readonly string[];
  signature: string;
};

const ALGORITHM = "AWS4-HMAC-SHA256";

/** The parts of an Authorization header; undefined where one is missing. */
export function readAuthorization(header: string): Authorization | undefined {
  if (!header.startsWith(`${ALGORITHM} `)) return undefined;
  const fields = new Map(header.slice(ALGORITHM.length).split(",").map(readField));
  const credential = fields.get("Credential")?.split("/") ?? [];
  const [accessKeyId, date, region, service, terminator] = credential;
  const signedHeaders = fields.get("SignedHeaders")?.split(";");
  const signature = fields.get("Signature");
  if (accessKeyId === undefined || date === undefined || region === undefined || service === undefined)
    return undefined;
  if (terminator === undefined || signedHeaders === undefined || signature === undefined) return undefined;
  if (credential.length !== 5) return undefined;
  return { accessKeyId, date, region, service, terminator, signedHeaders, signature };
}

/** What the signature of this request has to be. `amzDate` is the request's X-Amz-Date. */
export function signatureOf(
  request: MockRequest,
  authorization: Authorization,
  amzDate: string,
  secretAccessKey: string,
): string {
  const { date, region, service, terminator, signedHeaders } = authorization;
  const scope = [date, region, service, terminator].join("/");
  const canonical = sha256(canonicalRequest(request, signedHeaders));
  const key = [date, region, service, terminator].reduce<string | Uint8Array>(hmac, `AWS4${secretAccessKey}`);
  return Buffer.from(hmac(key, [ALGORITHM, amzDate, scope, canonical].join("\n"))).toString("hex");
}

function canonicalRequest(request: MockRequest, signedHeaders: readonly string[]): string {
  const names = signedHeaders.toSorted();
  return [
    request.method,
    // Encoded once more than it was sent: every service but S3 wants that.
    request.path.split("/").map(encode).join("/"),
    canonicalQuery(request.query),
    ...names.map((name) => `${name}:${(request.headers.get(name) ?? "").trim().replaceAll(/ +/g, " ")}`),
    "",
    names.join(";"),
    sha256(request.body),
  ].join("\n");
}

function canonicalQuery(query: string): string {
  return (
    query
      .split("&")
      .filter((pair) => pair !== "")
      .map(readField)
      .map(([name, value]): [string, string] => [encode(decode(name)), encode(decode(value))])
      // By name first: sorted as one text, `a.10=` would come before `a.1=`.
      .toSorted((a, b) => order(a[0], b[0]) || order(a[1], b[1]))
      .map((pair) => pair.join("="))
      .join("&")
  );
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function readField(text: string): [name: string, value: string] {
  const at = text.indexOf("=");
  return at === -1 ? [text.trim(), ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

// RFC 3986 has fewer unreserved characters than encodeURIComponent leaves alone.
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

// A stray `%` is taken as it is: the signature will then not fit, and that is answer enough.
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}
