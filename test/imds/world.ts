// A metadata service with a known instance, role and clock, and the two ways to ask it: as a function, and as bytes.
import { NO_HEADERS } from "../../src/http/message.ts";
import { listenHttp } from "../../src/http/server.ts";
import { EC2_SERVER } from "../../src/imds/answers.ts";
import { type ContainerGrant, createContainer } from "../../src/imds/container.ts";
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
  /** The container-credentials endpoint instead, with one address: what is asked for its grant. */
  container?: Partial<Pick<ContainerGrant, "token" | "isFetching">>;
  serverHeader?: boolean;
};

export const CONTAINER_PATH = "/v1/path-of-one-program";
export const CONTAINER_TOKEN = "token-of-one-program";

export type World = {
  clock: ManualClock;
  caller: ImdsCaller;
  /** What the service is shown; a test may put another one here. */
  view: ImdsView;
  /** Told for whom that is. */
  onView?: (caller: ImdsCaller) => void;
  imds(request: ImdsRequest, caller: ImdsCaller): ImdsAnswer;
  /** What the HTTP server adds to each answer. */
  headers: readonly ImdsHeader[];
};

export function createWorld({ view = VIEW, caller, container, serverHeader = false, ...options }: Change = {}): World {
  const clock = manualClock(NOW);
  const world: Omit<World, "imds"> = {
    clock,
    view,
    caller: { address: "127.0.0.1", uid: 1000, loop: false, ...caller },
    headers: serverHeader ? EC2_SERVER : NO_HEADERS,
  };
  if (container !== undefined) return Object.assign(world, { imds: containerOf(world, container) });
  const imds = createImds({
    view(who) {
      world.onView?.(who);
      return world.view;
    },
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    key: new Uint8Array(32).fill(1),
    httpTokens: "required",
    enabled: true,
    port: PORT,
    uids: [1000],
    instance: INSTANCE,
    ...options,
  });
  return Object.assign(world, { imds });
}

function containerOf(world: Pick<World, "clock" | "view">, change: NonNullable<Change["container"]>): World["imds"] {
  const grant = { token: CONTAINER_TOKEN, view: () => world.view, isFetching: () => false, ...change };
  return createContainer({
    grant: (path) => (path === CONTAINER_PATH ? grant : undefined),
    now: () => world.clock.now(),
    monotonicMs: () => world.clock.monotonicMs(),
    port: PORT,
    uids: [1000],
  });
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
  /** What clients have in `Host` there. */
  host: string;
  ask(question: Question): Promise<RawReply>;
  stop(): Promise<void>;
};

/** Asks the function itself. */
export function directDriver(world: World): Driver {
  return {
    host: EMULATED,
    async ask({ method, target, version, headers }) {
      const lowered = headers.map(([name, value]) => [name.toLowerCase(), value.trim()] as const);
      const request = { method, target, version, headers: lowered, body: new Uint8Array() };
      const answer = world.imds(request, world.caller);
      const bytes = typeof answer.body === "string" ? Buffer.from(answer.body) : Buffer.from(answer.body ?? []);
      // A byte is a character, as in what is read from a socket.
      const body = bytes.toString("latin1");
      const sent = [...(answer.headers ?? []), ...world.headers, ["Content-Length", String(body.length)] as const];
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
  return driverAt("127.0.0.1", EMULATED, world);
}

/** The same over IPv6, with the `Host` of EC2's own IPv6 address. */
export function socket6Driver(world: World): Driver {
  return driverAt("::1", "[fd00:ec2::254]", world);
}

/** The same as in endpoint mode, where clients know the port. */
export function endpointDriver(world: World): Driver {
  return driverAt("127.0.0.1", `127.0.0.1:${PORT}`, world);
}

const EMULATED = "169.254.169.254";

function driverAt(hostname: string, host: string, world: World): Driver {
  const server = listenHttp<ImdsCaller>(
    { hostname, port: 0 },
    {
      // The peer as it is, unless the test wants another.
      accept: (peer) =>
        world.caller.address === "127.0.0.1" ? { ...world.caller, address: peer.address } : world.caller,
      handle: (request, caller) => world.imds(request, caller),
      headers: () => world.headers,
      maxBodyBytes: 1024,
      idleMs: 10_000,
      maxConnections: 10,
    },
  );
  return {
    host,
    ask: ({ method, target, version, headers, body }) => {
      const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      return askRaw({ hostname, port: server.port }, `${method} ${target} HTTP/${version}\r\n${lines}\r\n${body}`);
    },
    stop: () => server.stop(),
  };
}
