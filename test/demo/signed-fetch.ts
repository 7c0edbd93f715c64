// A request signed by AWS's own signer and then, where a test wants it, tampered with on its way.
import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { DEMO_USER } from "../../src/demo/world.ts";
import type { ClientKeys } from "./sts-client.ts";

export type PlainRequest = {
  method: string;
  protocol: string;
  hostname: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
};

export type SigningOptions = {
  credentials?: ClientKeys;
  region?: string;
  service?: string;
  signingDate?: Date;
};

// The signer takes a constructor with this shape, and its sources are bytes or text.
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(this.#hash.digest()));
  }

  reset(): void {
    throw new Error("not used by the signer");
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof data === "string") return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

export async function sign(request: PlainRequest, options: SigningOptions = {}): Promise<PlainRequest> {
  const { credentials = DEMO_USER, region = "us-east-1", service = "sts", signingDate } = options;
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const signed = await signer.sign(request, signingDate === undefined ? {} : { signingDate });
  return { ...request, headers: { ...signed.headers } };
}

export function stsRequest(url: string, parameters: Record<string, string>, method = "POST"): PlainRequest {
  const { host } = new URL(url);
  const all = { Version: "2011-06-15", ...parameters };
  const base = { method, protocol: "http:", hostname: host, path: "/", query: {}, headers: { host }, body: "" };
  if (method === "GET") return { ...base, query: all };
  const headers = { host, "content-type": "application/x-www-form-urlencoded" };
  return { ...base, headers, body: new URLSearchParams(all).toString() };
}

export type FetchedFault = { status: number; code: string | undefined; message: string | undefined };

export async function send(request: PlainRequest): Promise<Response> {
  const query = Object.entries(request.query).map((pair) => pair.map(encodeURIComponent).join("="));
  const suffix = query.length === 0 ? "" : `?${query.join("&")}`;
  const { method, headers } = request;
  const body = method === "GET" ? null : request.body;
  return fetch(`${request.protocol}//${request.hostname}${request.path}${suffix}`, { method, headers, body });
}

export async function faultIn(response: Response): Promise<FetchedFault> {
  const xml = await response.text();
  const text = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return { status: response.status, code: text("Code"), message: text("Message") };
}
