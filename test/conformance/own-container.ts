// A container-credentials endpoint of the test's own that has nothing to give, and says why.
import { type HttpServer, listenHttp } from "../../src/http/server.ts";
import { createContainer } from "../../src/imds/container.ts";
import type { ImdsCaller } from "../../src/imds/message.ts";

export type OwnContainer = AsyncDisposable & { url: string; token: string };

const PATH = "/v1/path";
const TOKEN = "token";

export function refusingContainer(problem: { code: string; message: string }): OwnContainer {
  const caller: ImdsCaller = { address: "127.0.0.1", uid: 1000, loop: false };
  const server: HttpServer = listenHttp(
    { hostname: "127.0.0.1", port: 0 },
    {
      accept: () => caller,
      handle: (request) =>
        createContainer({
          grant: (path) =>
            path === PATH
              ? { token: TOKEN, view: () => ({ region: "us-west-2", problem }), isFetching: () => false }
              : undefined,
          now: () => new Date(),
          monotonicMs: () => performance.now(),
          port: server.port,
          uids: "*",
        })(request, caller),
      maxBodyBytes: 1024,
      idleMs: 10_000,
      maxConnections: 100,
    },
  );
  return {
    url: `http://127.0.0.1:${server.port}${PATH}`,
    token: TOKEN,
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
