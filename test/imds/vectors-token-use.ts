import { expect } from "bun:test";
import type { Vector } from "./vectors.ts";
import { TOKEN, TTL } from "./world.ts";

const ID = "/latest/meta-data/instance-id";

export const TOKEN_USE_VECTORS: readonly Vector[] = [
  [
    "U1",
    "GET with a token",
    async (start) => {
      const { token, ask, world } = start();
      const headers = [[TOKEN, await token("300")]] as const;
      await world.clock.advance(10_500);
      const { status, header, body } = await ask(`GET ${ID}`, headers);
      expect([status, header(TTL), body]).toEqual([200, "289", "i-1234567890abcdef0"]);
    },
  ],
  [
    "U2",
    "GET without a token",
    async (start) => {
      const { status, header, body } = await start().ask(`GET ${ID}`);
      expect([status, header("content-type"), body.includes("<h1>401 - Unauthorized</h1>")]).toEqual([
        401,
        "text/html",
        true,
      ]);
    },
  ],
  [
    "U3",
    "GET with a wrong token",
    async (start) => {
      const { ask, token } = start();
      const good = await token();
      const flipped = `${good.slice(0, 20)}${good[20] === "A" ? "B" : "A"}${good.slice(21)}`;
      const statuses: number[] = [];
      for (const wrong of [
        "bogus",
        "",
        flipped,
        good.slice(0, -1),
        `${good}=`,
        good.slice(0, 54),
        good.toLowerCase(),
      ]) {
        statuses.push((await ask(`GET ${ID}`, [[TOKEN, wrong]])).status);
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401]);
    },
  ],
  [
    "U4",
    "a token at its very end",
    async (start) => {
      const { token, ask, world } = start();
      const headers = [[TOKEN, await token("1")]] as const;
      const statuses = [(await ask(`GET ${ID}`, headers)).status];
      for (const stepMs of [999, 1]) {
        await world.clock.advance(stepMs);
        statuses.push((await ask(`GET ${ID}`, headers)).status);
      }
      expect(statuses).toEqual([200, 200, 401]);
    },
  ],
  [
    "U5",
    "optional mode without a token",
    async (start) => {
      const { status, header } = await start({ httpTokens: "optional" }).ask(`GET ${ID}`);
      expect([status, header(TTL)]).toEqual([200, undefined]);
    },
  ],
  [
    "U6",
    "optional mode with a wrong, an empty or an expired token",
    async (start) => {
      const { token, ask, world } = start({ httpTokens: "optional" });
      const old = await token("1");
      await world.clock.advance(1000);
      const statuses: number[] = [];
      for (const wrong of ["bogus", "", old]) statuses.push((await ask(`GET ${ID}`, [[TOKEN, wrong]])).status);
      expect(statuses).toEqual([401, 401, 401]);
    },
  ],
  [
    "U7",
    "a token from before a restart, then a new one",
    async (start) => {
      const old = await start({ key: new Uint8Array(32).fill(1) }).token();
      const { ask, get } = start({ key: new Uint8Array(32).fill(2) });
      expect([(await ask(`GET ${ID}`, [[TOKEN, old]])).status, (await get(ID)).status]).toEqual([401, 200]);
    },
  ],
  [
    "U8",
    "a token on a version's date",
    async (start) => expect((await start().get("/2009-04-04/meta-data/instance-id")).body).toBe("i-1234567890abcdef0"),
  ],
  [
    "U9",
    "GET with a token and X-Forwarded-For",
    async (start) => expect((await start().get(ID, [["X-Forwarded-For", "1.2.3.4"]])).status).toBe(403),
  ],
  [
    "U10",
    "HEAD",
    async (start) => {
      const { token, ask } = start();
      const { status, header, body } = await ask(`HEAD ${ID}`, [[TOKEN, await token()]]);
      expect([status, header("content-length"), header("content-type"), body]).toEqual([200, "19", "text/plain", ""]);
    },
  ],
  [
    "U11",
    "the token header as Go writes it",
    async (start) => {
      const { token, ask } = start();
      expect((await ask(`GET ${ID}`, [["X-Aws-Ec2-Metadata-Token", await token()]])).status).toBe(200);
    },
  ],
  [
    "U12",
    "a 404 tells the token's rest as well",
    async (start) => {
      const { status, header } = await start().get("/latest/meta-data/nothing");
      expect([status, header(TTL)]).toEqual([404, "21600"]);
    },
  ],
  [
    "U13",
    "a token of another process",
    async (start) => {
      const other = await start({ key: new Uint8Array(32).fill(9) }).token();
      expect((await start().ask(`GET ${ID}`, [[TOKEN, other]])).status).toBe(401);
    },
  ],
];
