// The one request handler of all AWS clients. The SDK's own handlers ignore the proxies, AWS_CA_BUNDLE, or both.
import { type HttpHandler, type HttpRequest, HttpResponse } from "@smithy/core/protocols";
import { CliError } from "../errors.ts";
import type { Environment } from "../paths.ts";
import { type OutboundOptions, createOutbound } from "./outbound.ts";

export type AwsHandlerOptions = Omit<OutboundOptions, "env"> & {
  /** Gets the Date header of every answer, by which AWS's time is known. */
  onDate?: (date: string) => void;
};

export function createAwsHandler(env: Environment, { proxy, onDate }: AwsHandlerOptions = {}): HttpHandler<object> {
  const send = createOutbound({ env, proxy });
  return {
    metadata: { handlerProtocol: "http/1.1" },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
    async handle(request, options = {}) {
      const hasBody = request.method !== "GET" && request.method !== "HEAD";
      const answer = await send({
        url: urlOf(request),
        method: request.method,
        headers: request.headers,
        ...(hasBody ? { body: request.body as string | Uint8Array } : {}),
        ...(options.requestTimeout === undefined ? {} : { limitMs: options.requestTimeout }),
        signal: options.abortSignal as AbortSignal | undefined,
      });
      if (answer.status >= 300 && answer.status < 400) {
        throw new CliError(`${request.hostname} answered with a redirect, which no endpoint of AWS does`, {
          hint: "check the network: a sign-in page or a proxy may stand in between",
        });
      }
      const date = answer.headers.get("date");
      if (date !== null) onDate?.(date);
      const headers = Object.fromEntries(answer.headers);
      return { response: new HttpResponse({ statusCode: answer.status, headers, body: answer.body }) };
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
