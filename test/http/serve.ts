import { type HttpPeer, type HttpServer, type HttpServerOptions, listenHttp } from "../../src/http/server.ts";

type Options = Partial<HttpServerOptions<HttpPeer>>;

export const get = (path: string, ...lines: string[]) => `GET ${path} HTTP/1.1\r\nHost: h\r\n${lines.join("")}\r\n`;

/** A server that answers with the target, for the length of a test. */
export function serve(options: Options = {}): HttpServer & AsyncDisposable {
  const server = listenHttp<HttpPeer>(
    { hostname: "127.0.0.1", port: 0 },
    {
      accept: (peer) => peer,
      handle: ({ target }) => ({ status: 200, body: target }),
      maxBodyBytes: 1024,
      idleMs: 60_000,
      maxConnections: 100,
      ...options,
    },
  );
  return { ...server, [Symbol.asyncDispose]: () => server.stop() };
}
