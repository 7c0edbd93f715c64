// A real proxy in between: Debian's tinyproxy.
import { describe, expect, test } from "bun:test";
import { HttpRequest } from "@smithy/core/protocols";
import { createAwsHandler } from "../../src/aws/http-handler.ts";
import { createOutbound } from "../../src/aws/outbound.ts";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { DEMO_ROLES } from "../../src/demo/world.ts";
import { memoryStore } from "../../src/secrets/secret-store.ts";
import { fromBroker } from "../../src/sources/broker.ts";
import { systemClock } from "../../src/sys/clock.ts";
import { sign, stsRequest } from "../demo/signed-fetch.ts";
import { certificate } from "../support/certificate.ts";
import { requireTools } from "../support/require-tools.ts";
import { type ScratchAws, scratchAws } from "../support/scratch-aws.ts";
import { tinyproxy } from "../support/tinyproxy.ts";

const ODD = "a b+c*d/e~f'(g)!h=i&j%20é☃";

async function identity(url: string, proxy?: string): Promise<string> {
  const query = { Action: "GetCallerIdentity", Odd: ODD, [ODD]: "x" };
  const signed = await sign(stsRequest(url, query, "GET"));
  const { protocol, hostname, port } = new URL(url);
  const { headers, query: all } = signed;
  const request = new HttpRequest({
    protocol,
    hostname,
    port: Number(port),
    method: "GET",
    path: "/",
    headers,
    query: all,
  });
  const { response } = await createAwsHandler(process.env, { proxy: () => proxy }).handle(request);
  return Buffer.from(response.body as Uint8Array).toString();
}

describe.skipIf(!requireTools(["tinyproxy", "openssl"]))("through tinyproxy", () => {
  test("a signed query arrives as it was signed, whatever is in it", async () => {
    using files = scratchAws();
    await using aws = startMockAws();
    await using proxy = await tinyproxy();
    files.set("HTTP_PROXY", proxy.url);
    expect(await identity(aws.url)).toContain("user/alice");
    expect(aws.calls[0]?.parameters).toMatchObject({ Odd: ODD, [ODD]: "x" });
    await proxy.untilLogged(`GET ${aws.url}/?`);
  });

  test("a tunnel: AWS_CA_BUNDLE holds within, and the proxy sees no more than the host", async () => {
    using files = scratchAws();
    const tls = await certificate("127.0.0.1");
    await using aws = startMockAws();
    using front = inFrontOf(aws.url, tls);
    await using proxy = await tinyproxy();
    files.set("AWS_CA_BUNDLE", files.file("ca.pem", tls.cert));
    files.set("HTTPS_PROXY", proxy.url);
    expect(await identity(front.url.href.replace(/\/$/, ""))).toContain("user/alice");
    await proxy.untilLogged(`CONNECT 127.0.0.1:${front.port}`);
  });

  test("a name and a password for the proxy", async () => {
    using files = scratchAws();
    await using aws = startMockAws();
    await using proxy = await tinyproxy({ user: "ann", password: "pass" });
    files.set("HTTP_PROXY", proxy.url);
    expect(await identity(aws.url)).not.toContain("user/alice");
    files.set("HTTP_PROXY", proxy.url.replace("//", "//ann:pass@"));
    expect(await identity(aws.url)).toContain("user/alice");
  });

  test("a broker behind it", async () => {
    using files: ScratchAws = scratchAws();
    await using aws = startMockAws({ broker: { offers: [{ role: "Developer", arn: DEMO_ROLES.developer }] } });
    await using proxy = await tinyproxy();
    files.set("HTTP_PROXY", proxy.url);
    const send = createOutbound({ env: process.env });
    const deps = { env: process.env, send, clock: systemClock, secrets: memoryStore() };
    await fromBroker({ source: "afp", settings: { url: aws.url } }, deps);
    await proxy.untilLogged(`GET ${aws.url}/latest/meta-data/iam/security-credentials/Developer`);
  });

  test("the config's proxy, and NO_PROXY against it", async () => {
    using files = scratchAws();
    await using aws = startMockAws();
    await using proxy = await tinyproxy();
    // Not this machine's loopback by its look, which no configured proxy is asked for.
    const url = aws.url.replace("127.0.0.1", "localhost.localdomain");
    const asked = identity(url, proxy.url).catch(() => "unknown host");
    await asked;
    await proxy.untilLogged(`GET ${url}/?`);
    const before = proxy.logged().length;
    files.set("NO_PROXY", "localdomain");
    await identity(url, proxy.url).catch(() => undefined);
    expect(proxy.logged().length).toBe(before);
  });
});

// TLS before the mock: the request is passed on byte for byte.
function inFrontOf(url: string, tls: { cert: string; key: string }) {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url);
      return fetch(`${url}${pathname}${search}`, { headers: request.headers, proxy: "" });
    },
  });
}
