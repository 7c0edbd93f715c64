// A metadata service with a known instance, role and clock, and the two ways to ask it: as a function, and as bytes.
import { listenHttp } from "../../src/http/server.ts";
import { createImds, type ImdsOptions } from "../../src/imds/imds.ts";
import type { ImdsAnswer, ImdsCaller, ImdsHeader, ImdsRequest } from "../../src/imds/message.ts";
import type { ImdsView } from "../../src/imds/view.ts";
import { manualClock, type ManualClock } from "../support/manual-clock.ts";
import { askRaw, type RawReply } from "../support/raw-http.ts";

export const NOW = "2026-03-01T12:00:00Z";
export const PORT = 25_772;
export const TOKEN = "X-aws-ec2-metadata-token";
export const TTL = "X-aws-ec2-metadata-token-ttl-seconds";

export const INSTANCE = {
  instanceId: "i-1234567890abcdef0",
  instanceType: "t3.micro",
  amiId: "ami-0abcdef1234567890",
  hostname: "ip-10-0-0-10.ec2.internal",
  privateIp: "10.0.0.10",
  mac: "02:49:61:0f:c3:11",
};

export const VIEW = {
  role: { arn: "arn:aws:iam::012345678901:role/team/Developer", accountId: "012345678901", partition: "aws" },
  credentials: {
    accessKeyId: "ASIARTEST",
    secretAccessKey: "testsecret",
    sessionToken: "testtoken",
    expiration: new Date("2026-03-01T12:16:00.900Z"),
    obtainedAt: new Date("2026-03-01T11:59:58.500Z"),
  },
  region: "us-west-2",
} satisfies ImdsView;

export type Change = Partial<Omit<ImdsOptions<ImdsCaller>, "view" | "now" | "monotonicMs">> & {
  view?: ImdsView;
  caller?: Partial<ImdsCaller>;
};

export type World = {
  clock: ManualClock;
  caller: ImdsCaller;
  /** What the service is shown; a test may put another one here. */
  view: ImdsView;
  imds(request: ImdsRequest, caller: ImdsCaller): ImdsAnswer;
};

export function createWorld({ view = VIEW, caller, ...options }: Change = {}): World {
  const clock = manualClock(NOW);
  const world = { clock, view, caller: { address: "127.0.0.1", uid: 1000, loop: false, ...caller } };
  const imds = createImds({
    view: () => world.view,
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    key: new Uint8Array(32).fill(1),
    httpTokens: "required",
    enabled: true,
    serverHeader: false,
    port: PORT,
    uids: [1000],
    instance: INSTANCE,
    ...options,
  });
  return Object.assign(world, { imds });
}

export type Question = {
  method: string;
  target: string;
  version: "1.0" | "1.1";
  headers: readonly ImdsHeader[];
  /** As it is on the wire. */
  body: string;
};

export type Driver = {
  ask(question: Question): Promise<RawReply>;
  stop(): Promise<void>;
};

/** Asks the function itself. */
export function directDriver(world: World): Driver {
  return {
    async ask({ method, target, version, headers }) {
      const lowered = headers.map(([name, value]) => [name.toLowerCase(), value.trim()] as const);
      const request = { method, target, version, headers: lowered, body: new Uint8Array() };
      const answer = world.imds(request, world.caller);
      const body = typeof answer.body === "string" ? answer.body : Buffer.from(answer.body ?? []).toString("latin1");
      const sent = [...(answer.headers ?? []), ["Content-Length", String(body.length)] as const];
      return {
        status: answer.status,
        headers: sent,
        header: (name) => sent.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1],
        body: method === "HEAD" ? "" : body,
      };
    },
    stop: async () => {},
  };
}

/** Asks over a socket, through the HTTP server. */
export function socketDriver(world: World): Driver {
  const server = listenHttp<ImdsCaller>(
    { hostname: "127.0.0.1", port: 0 },
    {
      accept: () => world.caller,
      handle: (request, caller) => world.imds(request, caller),
      maxBodyBytes: 1024,
      idleMs: 10_000,
      maxConnections: 10,
    },
  );
  return {
    ask: ({ method, target, version, headers, body }) => {
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      return askRaw(server, `${method} ${target} HTTP/${version}\r\n${lines}\r\n${body}`);
    },
    stop: () => server.stop(),
  };
}
