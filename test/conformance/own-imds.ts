// The program's own metadata service inside the test process, so that a test can wire it wrongly on purpose or give it
// credentials that end soon, and see what a client asks.
import { randomBytes } from "node:crypto";
import { listenHttp } from "../../src/http/server.ts";
import { createImds, type Imds, type ImdsOptions } from "../../src/imds/imds.ts";
import type { ImdsAnswer, ImdsCaller, ImdsRequest } from "../../src/imds/message.ts";
import type { ImdsCredentials, ImdsView } from "../../src/imds/view.ts";
import { INSTANCE } from "../imds/world.ts";
import { freePort } from "../support/world.ts";

export type OwnImds = AsyncDisposable & {
  /** With the final slash, as it is published. */
  endpoint: string;
  /** What was asked so far: `METHOD TARGET STATUS`. */
  asked: string[];
  show(view: ImdsView): void;
};

export type Wrong = (request: ImdsRequest, right: () => ImdsAnswer) => ImdsAnswer | Promise<ImdsAnswer>;

type Options = Partial<Pick<ImdsOptions<ImdsCaller>, "httpTokens">> & { view?: ImdsView; wrong?: Wrong };

export function ownImds(options: Options = {}): OwnImds {
  const { httpTokens = "required", wrong = (_, right) => right() } = options;
  let view = options.view ?? viewFor("first", 3600);
  const asked: string[] = [];
  const port = freePort();
  const imds: Imds = createImds({
    view: () => view,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    key: randomBytes(32),
    httpTokens,
    enabled: true,
    port,
    uids: "*",
    instance: INSTANCE,
  });
  const server = listenHttp<ImdsCaller>(
    { hostname: "127.0.0.1", port },
    {
      accept: ({ address }) => ({ address, uid: undefined, loop: false }),
      async handle(request, caller) {
        const answer = await wrong(request, () => imds(request, caller));
        asked.push(`${request.method} ${request.target} ${answer.status}`);
        return answer;
      },
      maxBodyBytes: 1024,
      idleMs: 10_000,
      maxConnections: 50,
    },
  );
  return {
    endpoint: `http://127.0.0.1:${port}/`,
    asked,
    show: (next) => void (view = next),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

/** A role whose access key id ends in `name`. */
export function viewFor(name: string, lifeSeconds: number): ImdsView & { credentials: ImdsCredentials } {
  return {
    role: { arn: "arn:aws:iam::111122223333:role/Developer", accountId: "111122223333", partition: "aws" },
    credentials: keysFor(name, new Date(Date.now() + lifeSeconds * 1000)),
    region: "us-west-2",
  };
}

// --- internal ---

function keysFor(name: string, expiration: Date): ImdsCredentials {
  const accessKeyId = `ASIA${name.toUpperCase()}`;
  return { accessKeyId, secretAccessKey: "secret", sessionToken: "token", expiration, obtainedAt: new Date() };
}
