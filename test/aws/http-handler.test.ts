// Over real sockets: what AWS's servers would see of a request.
import { describe, expect, test } from "bun:test";
import { HttpRequest } from "@smithy/core/protocols";
import { createAwsHandler } from "../../src/aws/http-handler.ts";
import { startMockAws } from "../../src/demo/mock-aws.ts";
import { sign, stsRequest } from "../demo/signed-fetch.ts";
import { certificate } from "../support/certificate.ts";
import { failureOf } from "../support/failure.ts";
import { requireTools } from "../support/require-tools.ts";
import { scratchAws } from "../support/scratch-aws.ts";
import { BY_PROXY, loopbackProxy } from "./loopback-proxy.ts";

type RequestOptions = ConstructorParameters<typeof HttpRequest>[0];

function requestTo(url: string, options: RequestOptions = {}): HttpRequest {
  const { protocol, hostname, port } = new URL(url);
  return new HttpRequest({ protocol, hostname, port: Number(port), method: "GET", path: "/", ...options });
}

async function send(request: HttpRequest, options = {}): Promise<{ status: number; body: string }> {
  const { response } = await createAwsHandler(process.env).handle(request, options);
  return { status: response.statusCode, body: Buffer.from(response.body as Uint8Array).toString() };
}

/** A server that answers with what it was asked. */
function echo(tls?: { cert: string; key: string }) {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    ...(tls === undefined ? {} : { tls }),
    async fetch(request) {
      const url = new URL(request.url);
      const { "x-own": own } = Object.fromEntries(request.headers);
      return Response.json({
        method: request.method,
        target: url.pathname + url.search,
        own,
        body: await request.text(),
      });
    },
  });
}

const ODD = "a b+c*d/e~f'(g)!h=i&j%20é☃";

describe("the query, as it was signed", () => {
  test("an STS call by GET", async () => {
    using _files = scratchAws();
    await using aws = startMockAws();
    const query = { Action: "GetCallerIdentity", Odd: ODD, [ODD]: "x", Empty: "" };
    const { headers, query: all } = await sign(stsRequest(aws.url, query, "GET"));
    expect((await send(requestTo(aws.url, { headers, query: all }))).body).toContain("user/alice");
    expect(aws.calls[0]?.parameters).toEqual({ Version: "2011-06-15", ...query });
  });

  test.each<[string, Record<string, string | string[] | null>, string]>([
    ["a space is %20, not +", { a: "b c" }, "/?a=b%20c"],
    ["signs", { a: "+*!'()~" }, "/?a=%2B%2A%21%27%28%29~"],
    ["a list", { a: ["2", "1"] }, "/?a=2&a=1"],
    ["no value", { a: null }, "/?a="],
    ["no query", {}, "/"],
  ])("%s", async (_title, query, target) => {
    using _files = scratchAws();
    using server = echo();
    expect(JSON.parse((await send(requestTo(server.url.href, { query }))).body)).toMatchObject({ target });
  });
});

test("method, path, headers and body arrive", async () => {
  using _files = scratchAws();
  using server = echo();
  const request = requestTo(server.url.href, {
    method: "POST",
    path: "/a%2Fb",
    headers: { "x-own": "1" },
    body: "text",
  });
  const { status, body } = await send(request);
  expect([status, JSON.parse(body)]).toEqual([200, { method: "POST", target: "/a%2Fb", own: "1", body: "text" }]);
});

test("an error's status and body are an answer", async () => {
  using _files = scratchAws();
  using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("no", { status: 403 }) });
  expect(await send(requestTo(server.url.href))).toEqual({ status: 403, body: "no" });
});

test("a redirect is not followed: it would carry the signature elsewhere", async () => {
  using _files = scratchAws();
  let asked = 0;
  using elsewhere = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(`${++asked}`) });
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.redirect(elsewhere.url.href),
  });
  const fate = await send(requestTo(server.url.href)).then(
    () => "followed",
    () => "failed",
  );
  expect([fate, asked]).toEqual(["failed", 0]);
});

describe("a server that never answers", () => {
  const never = () =>
    Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 0, fetch: () => new Promise<Response>(() => undefined) });
  const fateOf = (sending: Promise<unknown>) => sending.catch((error: unknown) => (error as Error).name);

  test("ends by the time limit", async () => {
    using _files = scratchAws();
    using server = never();
    expect(await fateOf(send(requestTo(server.url.href), { requestTimeout: 30 }))).toBe("TimeoutError");
  });

  test("ends by the caller's signal", async () => {
    using _files = scratchAws();
    using server = never();
    const abort = new AbortController();
    const sending = fateOf(send(requestTo(server.url.href), { abortSignal: abort.signal }));
    abort.abort();
    expect(await sending).toBe("AbortError");
  });
});

describe("proxies", () => {
  test.each(["HTTP_PROXY", "http_proxy"])("%s is asked", async (name) => {
    using files = scratchAws();
    using server = echo();
    await using proxy = await loopbackProxy();
    files.set(name, proxy.url);
    expect((await send(requestTo(server.url.href))).body).toBe(BY_PROXY);
    expect(proxy.asked).toEqual([`GET ${server.url.href} HTTP/1.1`]);
  });

  test.each(["NO_PROXY", "no_proxy"])("%s keeps a host out of it", async (name) => {
    using files = scratchAws();
    using server = echo();
    await using proxy = await loopbackProxy();
    files.set("HTTP_PROXY", proxy.url);
    files.set(name, "example.com,127.0.0.1");
    expect((await send(requestTo(server.url.href))).body).toContain('"method":"GET"');
    expect(proxy.asked).toEqual([]);
  });
});

describe.skipIf(!requireTools(["openssl"]))("TLS", () => {
  test("an unknown authority is refused, one of AWS_CA_BUNDLE is not", async () => {
    using files = scratchAws();
    const tls = await certificate("127.0.0.1");
    using server = echo(tls);
    const refused = await send(requestTo(server.url.href)).catch((error: unknown) => (error as { code: string }).code);
    expect(refused).toBe("DEPTH_ZERO_SELF_SIGNED_CERT");
    files.set("AWS_CA_BUNDLE", files.file("ca.pem", tls.cert));
    expect((await send(requestTo(server.url.href))).status).toBe(200);
  });

  test("HTTPS_PROXY tunnels, and the bundle holds within", async () => {
    using files = scratchAws();
    const tls = await certificate("127.0.0.1");
    using server = echo(tls);
    await using proxy = await loopbackProxy();
    files.set("AWS_CA_BUNDLE", files.file("ca.pem", tls.cert));
    files.set("HTTPS_PROXY", proxy.url);
    expect((await send(requestTo(server.url.href))).status).toBe(200);
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${server.port} HTTP/1.1`]);
    files.set("NO_PROXY", "127.0.0.1");
    expect((await send(requestTo(server.url.href))).status).toBe(200);
    expect(proxy.asked.length).toBe(1);
  });
});

test("AWS_CA_BUNDLE that is not there is said before anything is asked", async () => {
  expect(await failureOf(() => createAwsHandler({ AWS_CA_BUNDLE: "/nowhere/ca.pem" }))).toEqual({
    message: "cannot read the CA bundle /nowhere/ca.pem",
    hint: "correct AWS_CA_BUNDLE",
    exit: 1,
  });
});

test("an empty AWS_CA_BUNDLE is none", () => {
  expect(() => createAwsHandler({ AWS_CA_BUNDLE: "" })).not.toThrow();
});
