import { describe, expect, test } from "bun:test";
import { connectRaw } from "../support/raw-http.ts";
import { listenHttp } from "../../src/http/server.ts";
import { manualClock } from "../support/manual-clock.ts";
import { createSession, type Start, type Vector } from "./vectors.ts";
import { CONTAINER_VECTORS } from "./vectors-container.ts";
import { CREDENTIALS_VECTORS } from "./vectors-credentials.ts";
import { PATH_VECTORS } from "./vectors-path.ts";
import { SDK_VECTORS } from "./vectors-sdk.ts";
import { SECURITY_VECTORS } from "./vectors-security.ts";
import { TOKEN_VECTORS } from "./vectors-token.ts";
import { TOKEN_USE_VECTORS } from "./vectors-token-use.ts";
import { createWorld, directDriver, type Driver, endpointDriver, socket6Driver, socketDriver } from "./world.ts";

const VECTORS = [
  ...TOKEN_VECTORS,
  ...TOKEN_USE_VECTORS,
  ...PATH_VECTORS,
  ...CREDENTIALS_VECTORS,
  ...SDK_VECTORS,
  ...SECURITY_VECTORS,
  ...CONTAINER_VECTORS,
];

const DRIVERS = [
  ["the function", directDriver],
  ["a socket", socketDriver],
  ["an IPv6 socket", socket6Driver],
  ["a socket, in endpoint mode", endpointDriver],
] as const;

async function runWith(open: (world: ReturnType<typeof createWorld>) => Driver, run: Vector[2]): Promise<void> {
  const drivers: Driver[] = [];
  const start: Start = (change) => {
    const world = createWorld(change);
    const driver = open(world);
    drivers.push(driver);
    return createSession(world, driver);
  };
  try {
    await run(start);
  } finally {
    await Promise.all(drivers.map((driver) => driver.stop()));
  }
}

describe.each(DRIVERS)("over %s", (_, open) => {
  test.each(VECTORS)("%s %s", (_id, _title, run) => runWith(open, run));
});

test("every vector is here once", () => {
  const range = (letter: string, last: number) => Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);
  // C13 and C15 are about refreshing, and in test/e2e/load.test.ts; S5 is below.
  const credentials = [...range("C", 12), "C14", "C16"];
  const security = ["S1", "S1b", "S2", "S2b", "S3", "S4", "S6", "S7", "S8"];
  const expected = [
    ...range("T", 21),
    ...range("U", 13),
    ...range("L", 19),
    ...credentials,
    ...range("E", 9),
    ...security,
    ...range("N", 3),
    "N3b",
    ...range("N", 10).slice(3),
  ];
  expect(VECTORS.map(([id]) => id)).toEqual(expected);
});

test("S5 a head over 16 KB is refused and closed, one that never ends is closed", async () => {
  const world = createWorld({ serverHeader: true });
  const clock = manualClock();
  const server = listenHttp(
    { hostname: "127.0.0.1", port: 0 },
    {
      accept: () => world.caller,
      handle: world.imds,
      headers: () => world.headers,
      maxBodyBytes: 0,
      idleMs: 4000,
      maxConnections: 9,
      clock,
    },
  );
  using big = await connectRaw(server);
  big.send(`GET / HTTP/1.1\r\nHost: 169.254.169.254\r\nX: ${"x".repeat(17_000)}\r\n\r\n`);
  const refused = await big.reply();
  expect([refused.status, refused.header("server")]).toEqual([431, "EC2ws"]);
  expect(await big.closed).toBe("");
  using slow = await connectRaw(server);
  slow.send("GET / HTTP/1.1\r\nHost: 169.25");
  await clock.advance(6000);
  expect(await slow.closed).toBe("");
  await server.stop();
});
