// The one request handler of all AWS clients, on fetch: it honours HTTPS_PROXY and NO_PROXY, AWS_CA_BUNDLE, and a
// hard time limit. The SDK's own handlers ignore the proxies, the bundle, or both.
import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import { type HttpHandler, type HttpRequest, HttpResponse } from "@smithy/core/protocols";
import { CliError } from "../errors.ts";
import type { Environment } from "../paths.ts";

/** How long one request to AWS may take before it is given up. */
const REQUEST_LIMIT_MS = 10_000;

export function createAwsHandler(env: Environment): HttpHandler<object> {
  const ca = certificates(env);
  return {
    metadata: { handlerProtocol: "http/1.1" },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
    async handle(request, options = {}) {
      const limit = AbortSignal.timeout(options.requestTimeout ?? REQUEST_LIMIT_MS);
      const outer = options.abortSignal as AbortSignal | undefined;
      const answer = await fetch(urlOf(request), {
        method: request.method,
        headers: request.headers,
        ...(request.method === "GET" || request.method === "HEAD" ? {} : { body: request.body as string | Uint8Array }),
        signal: outer === undefined ? limit : AbortSignal.any([limit, outer]),
        // A redirect would carry a signed request to another host.
        redirect: "error",
        ...(ca === undefined ? {} : { tls: { ca } }),
      });
      const body = new Uint8Array(await answer.arrayBuffer());
      return {
        response: new HttpResponse({
          statusCode: answer.status,
          headers: Object.fromEntries(answer.headers),
          body,
        }),
      };
    },
  };
}

// The signer encodes a space as %20 (SigV4, RFC 3986); URLSearchParams would write `+` and break the signature.
function urlOf(request: HttpRequest): string {
  const pairs = Object.entries(request.query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${encode(name)}=${encode(one ?? "")}`),
  );
  const port = request.port === undefined ? "" : `:${request.port}`;
  const query = pairs.length === 0 ? "" : `?${pairs.join("&")}`;
  return `${request.protocol}//${request.hostname}${port}${request.path}${query}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function certificates(env: Environment): string[] | undefined {
  const file = env["AWS_CA_BUNDLE"];
  if (!file) return undefined;
  try {
    return [...rootCertificates, readFileSync(file, "utf8")];
  } catch (error) {
    throw new CliError(`cannot read the CA bundle ${file}`, { hint: "correct AWS_CA_BUNDLE", cause: error });
  }
}
