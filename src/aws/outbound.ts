// Every request that metacred sends to AWS or a broker, on fetch: it honours HTTPS_PROXY and NO_PROXY, the config's
// proxy, AWS_CA_BUNDLE, a hard time limit, and a limit of what is read.
import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { CliError } from "../errors.ts";
import type { Environment } from "../paths.ts";
import { configuredProxy, isLinkLocal } from "./proxy.ts";

export type OutboundRequest = {
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  limitMs?: number;
  signal?: AbortSignal | undefined;
  /** In place of the system's authorities and AWS_CA_BUNDLE. */
  tls?: { ca?: string; cert?: string; key?: string };
};

export type OutboundAnswer = { status: number; headers: Headers; body: Uint8Array };
export type Outbound = (request: OutboundRequest) => Promise<OutboundAnswer>;

export type OutboundOptions = {
  env: Environment;
  /** `[network] proxy`. */
  proxy?: (() => string | undefined) | undefined;
};

/** How long one request may take before it is given up. */
const REQUEST_LIMIT_MS = 10_000;
const MAX_BODY_BYTES = 1024 * 1024;

/** A redirect is answered as it is, never followed: it would carry a signed request or a token to another host. */
export function createOutbound({ env, proxy: named }: OutboundOptions): Outbound {
  const bundle = bundleOf(env);
  return async ({ url, method, headers, body, limitMs = REQUEST_LIMIT_MS, signal, tls }) => {
    const limit = AbortSignal.timeout(limitMs);
    const proxy = proxyFor(new URL(url), env, named?.());
    const trust = tls ?? (bundle === undefined ? undefined : { ca: bundle });
    const answer = await fetch(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      redirect: "manual",
      ...(trust === undefined ? {} : { tls: trust }),
      ...(proxy === undefined ? {} : { proxy }),
    });
    return { status: answer.status, headers: answer.headers, body: await read(answer, new URL(url).host) };
  };
}

// `false` keeps fetch from what the environment says; bun-types do not know it.
function proxyFor(url: URL, env: Environment, named: string | undefined): string | undefined {
  return isLinkLocal(url) ? (false as unknown as string) : configuredProxy(url, env, named);
}

async function read(answer: Response, host: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) {
      throw new CliError(`${host} answered with more than ${MAX_BODY_BYTES / 1024 / 1024} MiB`, {
        hint: "check the address: nothing that metacred asks for is that long",
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function bundleOf(env: Environment): string[] | undefined {
  const file = env["AWS_CA_BUNDLE"];
  if (!file) return undefined;
  try {
    return [...rootCertificates, readFileSync(file, "utf8")];
  } catch (error) {
    throw new CliError(`cannot read the CA bundle ${file}`, { hint: "correct AWS_CA_BUNDLE", cause: error });
  }
}
