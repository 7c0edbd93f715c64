import { expect } from "bun:test";
import type { ImdsHeader } from "../../src/imds/message.ts";
import type { Session, Start, Vector } from "./vectors.ts";
import { CONTAINER_PATH, CONTAINER_TOKEN, PORT, VIEW } from "./world.ts";

const HOST: ImdsHeader = ["Host", `127.0.0.1:${PORT}`];
const AUTHORIZED: ImdsHeader = ["Authorization", CONTAINER_TOKEN];
const { credentials: _none, ...SIGNED_OUT } = VIEW;

function serve(start: Start, change: Parameters<Start>[0] = {}) {
  const session = start({ container: {}, ...change });
  const ask = (headers: readonly ImdsHeader[], line = `GET ${CONTAINER_PATH}`): ReturnType<Session["ask"]> =>
    session.ask(line, headers.some(([name]) => name === "Host") ? headers : [HOST, ...headers]);
  return { ...session, ask };
}

/** Every error body is JSON that each SDK finds its message in. */
function expectError({ body, header }: Awaited<ReturnType<Session["ask"]>>): void {
  const { code, message, ...capital } = JSON.parse(body) as Record<string, string>;
  expect(header("content-type")).toBe("application/json");
  expect(message?.length ?? 0).toBeGreaterThan(10);
  expect(capital).toEqual({ Code: String(code), Message: String(message) });
}

export const CONTAINER_VECTORS: readonly Vector[] = [
  [
    "N1",
    "the document and its type",
    async (start) => {
      const { status, header, body } = await serve(start).ask([AUTHORIZED]);
      expect([status, header("content-type")]).toEqual([200, "application/json"]);
      expect(body).toBe(
        '{"Code":"Success","LastUpdated":"2026-03-01T11:59:58Z","Type":"AWS-HMAC",' +
          '"RoleArn":"arn:aws:iam::012345678901:role/team/Developer","AccessKeyId":"ASIARTEST",' +
          '"SecretAccessKey":"testsecret","Token":"testtoken","Expiration":"2026-03-01T12:16:00Z",' +
          '"AccountId":"012345678901"}',
      );
    },
  ],
  [
    "N2",
    "no token, a wrong one, two of them; nothing to give",
    async (start) => {
      const { ask } = serve(start);
      for (const headers of [[], [["Authorization", "wrong"]], [["Authorization", ""]], [AUTHORIZED, AUTHORIZED]]) {
        const reply = await ask(headers as readonly ImdsHeader[]);
        expect([reply.status, reply.body.includes("testsecret")]).toEqual([401, false]);
        expectError(reply);
      }
      const problem = { code: "Failed", message: 'the SSO session "corp" has expired; try: metacred login corp' };
      const signedOut = await serve(start, { view: { ...SIGNED_OUT, problem } }).ask([AUTHORIZED]);
      expect([signedOut.status, JSON.parse(signedOut.body).message]).toEqual([400, problem.message]);
      expectError(signedOut);
      const fetching = serve(start, { view: SIGNED_OUT, container: { isFetching: () => true } });
      expect((await fetching.ask([AUTHORIZED])).status).toBe(503);
    },
  ],
  [
    "N3",
    "the token is the whole value",
    async (start) => {
      const { ask } = serve(start);
      for (const value of [`Bearer ${CONTAINER_TOKEN}`, CONTAINER_TOKEN.toUpperCase(), `${CONTAINER_TOKEN}x`]) {
        expect([value, (await ask([["Authorization", value]])).status]).toEqual([value, 401]);
      }
      const bearer = serve(start, { container: { token: "Bearer x" } });
      expect((await bearer.ask([["Authorization", "Bearer x"]])).status).toBe(200);
    },
  ],
  [
    "N3b",
    "without a token, in ECS's form, the path is all; whatever is sent along is not looked at",
    async (start) => {
      const { ask } = serve(start, { container: { token: undefined } });
      for (const headers of [[], [["Authorization", "another's"]]] as const) {
        expect((await ask([["Host", "169.254.170.2"], ...headers])).status).toBe(200);
      }
      expect((await ask([["Host", "169.254.170.2"]], `GET ${CONTAINER_PATH}x`)).status).toBe(404);
      expect((await ask([["Host", "evil.com"]])).status).toBe(403);
    },
  ],
  [
    "N4",
    "the expiry, in UTC, without fractions; never what has ended",
    async (start) => {
      const { ask, world } = serve(start);
      const { Expiration } = JSON.parse((await ask([AUTHORIZED])).body);
      expect(Expiration).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      await world.clock.advance(16 * 60_000 + 900);
      const { status, body } = await ask([AUTHORIZED]);
      expect([status, body.includes("testsecret")]).toEqual([400, false]);
    },
  ],
  [
    "N5",
    "a query, and an absolute target",
    async (start) => {
      const { ask } = serve(start);
      expect((await ask([AUTHORIZED], `GET ${CONTAINER_PATH}?a=1`)).status).toBe(200);
      expect((await ask([AUTHORIZED], `GET http://127.0.0.1:${PORT}${CONTAINER_PATH}`)).status).toBe(200);
      expect((await ask([AUTHORIZED], `GET http://evil.com${CONTAINER_PATH}`)).status).toBe(403);
    },
  ],
  [
    "N6",
    "other methods and paths",
    async (start) => {
      const { ask } = serve(start);
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
        const reply = await ask([AUTHORIZED], `${method} ${CONTAINER_PATH}`);
        expect([method, reply.status, reply.header("allow")]).toEqual([method, 405, "GET, HEAD"]);
        expectError(reply);
      }
      for (const path of ["/", "/v1", `${CONTAINER_PATH}x`, "/%00", "/latest/meta-data/"]) {
        const reply = await ask([AUTHORIZED], `GET ${path}`);
        expect([path, reply.status]).toEqual([path, 404]);
        expectError(reply);
      }
    },
  ],
  [
    "N7",
    "below the 10,000 bytes that aws-c-auth takes",
    async (start) => {
      const view = { ...VIEW, credentials: { ...VIEW.credentials, sessionToken: "x".repeat(4096) } };
      const { header } = await serve(start, { view }).ask([AUTHORIZED]);
      expect(Number(header("content-length"))).toBeLessThan(10_000);
    },
  ],
  [
    "N8",
    "pages and proxies",
    async (start) => {
      const { ask } = serve(start);
      const headers: readonly ImdsHeader[] = [
        ["Origin", "http://evil.com"],
        ["Sec-Fetch-Site", "none"],
        ["Referer", ""],
        ["User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"],
        ["X-Forwarded-For", "1.2.3.4"],
      ];
      for (const header of headers) {
        const reply = await ask([AUTHORIZED, header]);
        expect([header[0], reply.status]).toEqual([header[0], 403]);
        expectError(reply);
      }
    },
  ],
  [
    "N9",
    "Host",
    async (start) => {
      const { ask } = serve(start);
      const right = `127.0.0.1 127.0.0.1:${PORT} localhost localhost:${PORT} [::1] [::1]:${PORT} 169.254.170.2 169.254.170.23 [fd00:ec2::23]`;
      const wrong = `evil.com 127.0.0.1:1 169.254.169.254 [fd00:ec2::254] 169.254.170.3 localhost.`;
      for (const host of right.split(" ")) {
        expect([host, (await ask([["Host", host], AUTHORIZED])).status]).toEqual([host, 200]);
      }
      for (const host of wrong.split(" ")) {
        const reply = await ask([["Host", host], AUTHORIZED]);
        expect([host, reply.status]).toEqual([host, 403]);
        expectError(reply);
      }
      const other = serve(start, { caller: { uid: 1001 } });
      expect((await other.ask([AUTHORIZED])).status).toBe(403);
    },
  ],
  [
    "N10",
    "too many in a second",
    async (start) => {
      const { ask, world } = serve(start);
      for (let count = 0; count < 100; count++) expect((await ask([AUTHORIZED])).status).toBe(200);
      const reply = await ask([AUTHORIZED]);
      expect(reply.status).toBe(429);
      expectError(reply);
      await world.clock.advance(1000);
      expect((await ask([AUTHORIZED])).status).toBe(200);
    },
  ],
];
