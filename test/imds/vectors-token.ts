import { expect } from "bun:test";
import type { Vector } from "./vectors.ts";
import { TOKEN, TTL } from "./world.ts";

const ID = "/latest/meta-data/instance-id";
const TOKEN_SHAPE = /^AQAEA[A-Za-z0-9_-]{49}==$/;

export const TOKEN_VECTORS: readonly Vector[] = [
  [
    "T1",
    "PUT with TTL 21600",
    async (start) => {
      const { status, header, body } = await start().put("21600");
      expect({ status, type: header("content-type"), ttl: header(TTL), length: header("content-length") }).toEqual({
        status: 200,
        type: "text/plain",
        ttl: "21600",
        length: "56",
      });
      expect(body).toMatch(TOKEN_SHAPE);
    },
  ],
  [
    "T2",
    "TTL 1",
    async (start) => {
      const { status, header } = await start().put("1");
      expect([status, header(TTL)]).toEqual([200, "1"]);
    },
  ],
  [
    "T3",
    "TTL 300",
    async (start) => {
      const { status, header } = await start().put("300");
      expect([status, header(TTL)]).toEqual([200, "300"]);
    },
  ],
  [
    "T4",
    "no TTL",
    async (start) => {
      const { status, header, body } = await start().put();
      expect([status, header("content-type"), body.includes("<title>400 - Bad Request</title>")]).toEqual([
        400,
        "text/html",
        true,
      ]);
    },
  ],
  ["T5", "TTL 0", async (start) => expect((await start().put("0")).status).toBe(400)],
  ["T6", "TTL 21601", async (start) => expect((await start().put("21601")).status).toBe(400)],
  [
    "T7",
    "TTLs that are no whole number, and one with blanks around it",
    async (start) => {
      const { put } = start();
      const statuses: number[] = [];
      for (const ttl of ["-1", "abc", "1.5", "", "1e3", "0x10", "+5", " 60 "]) statuses.push((await put(ttl)).status);
      expect(statuses).toEqual([400, 400, 400, 400, 400, 400, 400, 200]);
    },
  ],
  ["T8", "TTL twice", async (start) => expect((await start().put("1", "2")).status).toBe(400)],
  [
    "T9",
    "the TTL header's name in any case",
    async (start) => {
      const reply = await start().ask("PUT /latest/api/token", [["X-AWS-EC2-Metadata-Token-TTL-Seconds", "60"]]);
      expect(reply.status).toBe(200);
    },
  ],
  [
    "T10",
    "PUT with X-Forwarded-For",
    async (start) => {
      const headers = [
        [TTL, "60"],
        ["X-Forwarded-For", "1.2.3.4"],
      ] as const;
      const { status, body } = await start().ask("PUT /latest/api/token", headers);
      expect([status, body]).toEqual([403, ""]);
    },
  ],
  [
    "T11",
    "PUT with an empty X-Forwarded-For",
    async (start) => {
      const headers = [
        [TTL, "60"],
        ["X-Forwarded-For", ""],
      ] as const;
      expect((await start().ask("PUT /latest/api/token", headers)).status).toBe(403);
    },
  ],
  [
    "T12",
    "PUT with a trailing slash",
    async (start) => {
      const { status, header } = await start().ask("PUT /latest/api/token/", [[TTL, "60"]]);
      expect([status, header("content-length"), header("content-type")]).toEqual([403, "0", "text/plain"]);
    },
  ],
  [
    "T13",
    "PUT below a version's date",
    async (start) => expect((await start().ask("PUT /2021-03-23/api/token", [[TTL, "60"]])).status).toBe(403),
  ],
  [
    "T14",
    "PUT //latest/api/token",
    async (start) => expect((await start().ask("PUT //latest/api/token", [[TTL, "60"]])).status).toBe(200),
  ],
  [
    "T15",
    "other methods on the token path",
    async (start) => {
      const { ask } = start();
      for (const method of ["GET", "HEAD", "POST", "DELETE"]) {
        const { status, header } = await ask(`${method} /latest/api/token`);
        expect([method, status, header("allow")]).toEqual([method, 405, "PUT"]);
      }
    },
  ],
  [
    "T16",
    "PUT without Content-Length on a connection to be kept (Java)",
    async (start) => {
      const headers = [
        [TTL, "60"],
        ["Connection", "keep-alive"],
      ] as const;
      expect((await start().ask("PUT /latest/api/token", headers)).status).toBe(200);
    },
  ],
  [
    "T17",
    "PUT with an empty chunked body",
    async (start) => {
      const headers = [
        [TTL, "60"],
        ["Transfer-Encoding", "chunked"],
      ] as const;
      const { status } = await start().ask("PUT /latest/api/token", headers, { body: "0\r\n\r\n" });
      expect(status).toBe(200);
    },
  ],
  [
    "T18",
    "PUT with a body",
    async (start) => {
      const headers = [
        [TTL, "60"],
        ["Content-Length", "4"],
      ] as const;
      expect((await start().ask("PUT /latest/api/token", headers, { body: "body" })).status).toBe(200);
    },
  ],
  [
    "T19",
    "500 tokens, all valid and all different",
    async (start) => {
      const { token, ask } = start();
      const tokens: string[] = [];
      for (let count = 0; count < 500; count++) tokens.push(await token());
      expect(new Set(tokens).size).toBe(500);
      for (const each of tokens) expect((await ask(`GET ${ID}`, [[TOKEN, each]])).status).toBe(200);
    },
  ],
  [
    "T20",
    "PUT elsewhere",
    async (start) => {
      const { status, header } = await start().ask("PUT /latest/meta-data/", [[TTL, "60"]]);
      expect([status, header("allow")]).toEqual([405, "GET, HEAD"]);
    },
  ],
  [
    "T21",
    "disabled: PUT and GET",
    async (start) => {
      const { put, ask } = start({ enabled: false });
      expect([(await put("60")).status, (await ask(`GET ${ID}`)).status]).toEqual([403, 403]);
    },
  ],
];
