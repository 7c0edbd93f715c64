// Ten thousand mutated requests against the program itself: it lives, its memory is bounded, and whatever it says is one
// of the documented answers. The seed is printed; METACRED_FUZZ_SEED=N repeats a run.
import { expect, test } from "bun:test";
import { hasProcessFacts, residentMiB } from "../bench/process-facts.ts";
import { connectRaw } from "../support/raw-http.ts";
import { freePort, testWorld } from "../support/world.ts";
import { mutated, randomOf } from "./mutate.ts";

const REQUESTS = 10_000;
const AT_ONCE = 16;
const LIMIT_MS = 10_000;
// 100 asks for a body; the others are in the README's and EC2's tables. No 3xx, and nothing from 500 on.
const DOCUMENTED = new Set(["100", "200", "400", "401", "403", "404", "405", "413", "417", "429", "431"]);
const LEAKS = /\/\$bunfs|\.tsx?:\d|\n\s+at |Error:|node_modules/;

const IMDS = ["169.254.169.254", "127.0.0.1", "[fd00:ec2::254]"] as const;

/** What SDKs send, with the tokens of this run. */
function corpusOf(port: number, token: string, container: { target: string; token: string }): [string, ...string[]] {
  const auth = `X-aws-ec2-metadata-token: ${token}\r\n`;
  const get = (target: string, more = "") =>
    `GET ${target} HTTP/1.1\r\nHost: 169.254.169.254\r\n${auth}Accept-Encoding: identity\r\n${more}\r\n`;
  return [
    "PUT /latest/api/token HTTP/1.1\r\nHost: 127.0.0.1\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\n" +
      "User-Agent: Botocore/1.43.11 Python/3.11.7\r\nContent-Length: 0\r\n\r\n",
    "PUT /latest/api/token HTTP/1.1\r\nX-aws-ec2-metadata-token-ttl-seconds: 300\r\nHost: localhost\r\n" +
      "Connection: keep-alive\r\n\r\n",
    "PUT /latest/api/token HTTP/1.1\r\nHost: [::1]\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n" +
      "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ...IMDS.map((host) => `GET / HTTP/1.1\r\nHost: ${host}\r\n${auth}\r\n`),
    get("/latest/meta-data/"),
    get("//latest/meta-data/instance-id", "Connection: close\r\n"),
    get("/latest/meta-data/network/interfaces/macs/02:49:61:0f:c3:11/"),
    get("/latest/meta-data/iam/security-credentials-extended/"),
    get("/latest/dynamic/instance-identity/document"),
    get("/2021-03-23/user-data?x=1"),
    get("http://169.254.169.254/latest/meta-data/placement/region"),
    `GET /latest/meta-data/mac HTTP/1.0\r\n${auth}\r\n`,
    `HEAD /latest/meta-data/hostname HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${auth}\r\n`,
    "POST /latest/meta-data/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
    `GET ${container.target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nAuthorization: wrong\r\n\r\n`,
    `HEAD ${container.target}?a=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${container.token}\r\n\r\n`,
  ];
}

/** Sends it in up to three pieces, ends, and resolves to all that came back. */
async function exchange(port: number, pieces: readonly string[]): Promise<string> {
  using client = await connectRaw({ port });
  for (const piece of pieces) {
    client.send(Buffer.from(piece, "latin1"));
    // One turn of the event loop, so that the pieces are seen as such now and then.
    await new Promise((resolve) => setImmediate(resolve));
  }
  client.halfClose();
  const limit = AbortSignal.timeout(LIMIT_MS);
  const late = new Promise<never>((_, reject) =>
    limit.addEventListener("abort", () => reject(new Error(`no end within ${LIMIT_MS} ms`))),
  );
  return await Promise.race([client.closed, late]);
}

/** `entitled`: a mutation may leave a whole request, token and all, whose proper answer is credentials. */
function complaintAbout(said: string, entitled: boolean): string | undefined {
  if (said !== "" && !said.startsWith("HTTP/1.1 ")) return "not HTTP";
  const statuses = [...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = ""]) => status);
  const wrong = statuses.find((status) => !DOCUMENTED.has(status));
  if (wrong !== undefined) return `status ${wrong}`;
  if (!entitled && said.includes("SecretAccessKey")) return "credentials without a token";
  return LEAKS.test(said) ? "it tells of its inside" : undefined;
}

test(`${REQUESTS} mutated requests`, async () => {
  const seed = Number(process.env["METACRED_FUZZ_SEED"] ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  console.log(`METACRED_FUZZ_SEED=${seed}`);
  await using world = await testWorld();
  const port = freePort();
  await world.metacred(["serve", "--no-redirect", "--background", "--role", "dev", "--port", String(port)]);
  const pid = await world.daemonPid();
  const token = await askToken(port);
  const { url, token: containerToken } = await containerOf(world);
  const container = { target: url.pathname, token: containerToken };
  const corpus = corpusOf(port, token, container);
  const secrets = [token, containerToken];
  const ports = [port, port, port, Number(url.port)] as const;

  let done = 0;
  let answered = 0;
  let warmMiB = 0;
  const worker = async (): Promise<void> => {
    while (done < REQUESTS) {
      const index = done++;
      if (index === REQUESTS / 2 && hasProcessFacts()) warmMiB = residentMiB(pid);
      // By its number, since the workers are never equally fast.
      const random = randomOf(seed + Math.imul(index, 0x9e3779b1));
      const text = mutated(corpus, random);
      const [first, second] = [random.below(text.length + 1), random.below(text.length + 1)].toSorted((a, b) => a - b);
      const to = random.pick(ports);
      const said = await exchange(to, [text.slice(0, first), text.slice(first, second), text.slice(second)]);
      if (said !== "") answered++;
      const complaint = complaintAbout(
        said,
        secrets.some((secret) => text.includes(secret)),
      );
      if (complaint !== undefined) {
        throw new Error(
          `${complaint}: METACRED_FUZZ_SEED=${seed}, ${JSON.stringify(text)} got ${JSON.stringify(said)}`,
        );
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  expect(answered).toBeGreaterThan(REQUESTS / 2);
  expect(await world.daemonPid()).toBe(pid);
  expect((await askToken(port)).length).toBe(56);
  expect((await world.metacred(["status", "--check"])).exitCode).toBe(0);
  if (hasProcessFacts()) {
    const fullMiB = residentMiB(pid);
    console.log(`${answered} answered; resident ${warmMiB.toFixed(0)} MiB, then ${fullMiB.toFixed(0)} MiB`);
    expect(fullMiB).toBeLessThan(warmMiB * 1.5);
  }
}, 300_000);

async function askToken(port: number): Promise<string> {
  const headers = { "X-aws-ec2-metadata-token-ttl-seconds": "21600" };
  return (await fetch(`http://127.0.0.1:${port}/latest/api/token`, { method: "PUT", headers })).text();
}

async function containerOf(world: Awaited<ReturnType<typeof testWorld>>): Promise<{ url: URL; token: string }> {
  const script = 'printf "%s\\n%s" "$AWS_CONTAINER_CREDENTIALS_FULL_URI" "$AWS_CONTAINER_AUTHORIZATION_TOKEN"';
  const [url = "", token = ""] = (await world.metacred(["exec", "--", "sh", "-c", script])).stdout.split("\n");
  return { url: new URL(url), token };
}
