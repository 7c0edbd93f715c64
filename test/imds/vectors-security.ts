import { expect } from "bun:test";
import type { ImdsHeader } from "../../src/imds/message.ts";
import type { Vector } from "./vectors.ts";
import { PORT, TOKEN } from "./world.ts";

const ID = "/latest/meta-data/instance-id";

export const SECURITY_VECTORS: readonly Vector[] = [
  [
    "S1",
    "Host",
    async (start) => {
      const { get } = start();
      const statusOf = async (host: string) => (await get(ID, [["Host", host]])).status;
      const emulated = "169.254.169.254 169.254.169.254:80 [fd00:ec2::254] [FD00:EC2::254]:80".split(" ");
      const loopback = `127.0.0.1 127.0.0.1:${PORT} localhost LOCALHOST:${PORT} [::1] [::1]:${PORT}`.split(" ");
      const right = [...emulated, ...loopback];
      const foreign = "evil.com 169.254.169.254.evil.com 127.0.0.1:80 127.0.0.1:1 localhost. 169.254.169.253".split(
        " ",
      );
      const wrong = [...foreign, `169.254.169.254:${PORT}`, "2852039166", "[::ffff:169.254.169.254]", ""];
      for (const host of right) expect([host, await statusOf(host)]).toEqual([host, 200]);
      for (const host of wrong) expect([host, await statusOf(host)]).toEqual([host, 403]);
    },
  ],
  [
    "S1b",
    "the authority of an absolute target, whatever Host says",
    async (start) => {
      const { get } = start();
      for (const authority of ["evil.com", "x@169.254.169.254", "169.254.169.254:81", ""]) {
        expect([authority, (await get(`http://${authority}${ID}`)).status]).toEqual([authority, 403]);
      }
      expect((await get(`http://169.254.169.254${ID}`, [["Host", "evil.com"]])).status).toBe(403);
    },
  ],
  [
    "S2",
    "the peer",
    async (start) => {
      const own = ["127.0.0.1", "127.8.9.1", "::1", "169.254.169.254", "::ffff:127.0.0.1", "fd00:ec2::254"];
      const agents = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];
      const foreign = ["10.0.0.2", "169.254.169.253", "::ffff:10.0.0.2", "fe80::1", "127.evil", "1270.0.0.1", ""];
      for (const address of [...own, ...agents]) {
        expect([address, (await start({ caller: { address } }).get(ID)).status]).toEqual([address, 200]);
      }
      for (const address of foreign) {
        expect([address, (await start({ caller: { address } }).get(ID)).status]).toEqual([address, 403]);
      }
    },
  ],
  [
    "S2b",
    "the uid",
    async (start) => {
      const statusFor = async (uid: number | undefined, uids: readonly number[] | "*") =>
        (await start({ caller: { uid }, uids }).get(ID)).status;
      expect([
        await statusFor(1000, [1000]),
        await statusFor(1001, [1000, 1001]),
        await statusFor(0, [1000]),
        await statusFor(undefined, [1000]),
        await statusFor(1001, []),
        await statusFor(1001, "*"),
        await statusFor(undefined, "*"),
      ]).toEqual([200, 200, 403, 403, 403, 200, 200]);
    },
  ],
  [
    "S3",
    "browsers and proxies by their headers, on every path and method",
    async (start) => {
      const { ask, token } = start();
      const headers: readonly ImdsHeader[] = [
        ["Origin", "http://evil.com"],
        ["Origin", ""],
        ["Sec-Fetch-Site", "cross-site"],
        ["sec-fetch-anything", ""],
        ["X-Forwarded-For", ""],
        ["Forwarded", "for=1.2.3.4"],
        ["Via", "1.1 proxy"],
      ];
      for (const header of headers) {
        for (const line of [`GET ${ID}`, "GET /nothing", "PUT /latest/api/token", `OPTIONS ${ID}`, "OPTIONS *"]) {
          const reply = await ask(line, [[TOKEN, await token()], header]);
          const cors = reply.headers.some(([name]) => name.toLowerCase().startsWith("access-control-"));
          expect([line, header[0], reply.status, reply.body, cors]).toEqual([line, header[0], 403, "", false]);
        }
      }
    },
  ],
  [
    "S4",
    "user agents",
    async (start) => {
      const { get } = start();
      const agents: Record<string, number> = {
        "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0": 403,
        "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15": 403,
        "mozilla/5.0": 403,
        "Opera/9.80 (X11; Linux)": 403,
        "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1": 200,
        "Mozilla/5.0 (Linux; Debian 12; en-US) PowerShell/7.4.1": 200,
        "aws-cli/2.9.19 Python/3.11.2": 200,
        "Boto3/1.26 md/Mozilla": 200,
        "": 200,
      };
      for (const [agent, status] of Object.entries(agents)) {
        expect([agent, (await get(ID, [["User-Agent", agent]])).status]).toEqual([agent, status]);
      }
    },
  ],
  [
    "S6",
    "errors tell nothing about the program",
    async (start) => {
      const { ask, token } = start();
      const headers = [[TOKEN, await token()]] as const;
      const lines = ["GET /%", "GET *", "GET http://", "GET https://169.254.169.254/", "GET latest", "PUT /%2e%2e/x"];
      for (const line of [
        ...lines,
        "CONNECT a:1",
        "GET /__proto__",
        "GET /latest/constructor",
        "GET /latest/toString",
      ]) {
        const { status, body } = await ask(line, headers);
        expect([line, status >= 400 && status < 500]).toEqual([line, true]);
        expect(body).not.toMatch(/ at |\.ts|Error:|node_modules/);
      }
    },
  ],
  [
    "S7",
    "metacred asking itself is told so",
    async (start) => {
      const { status, body, header } = await start({ caller: { loop: true } }).ask(`GET ${ID}`);
      expect([status, header("content-type")]).toEqual([403, "text/plain"]);
      expect(body).toContain("asked of metacred itself");
    },
  ],
  [
    "S8",
    "Server only where it is wanted",
    async (start) => {
      const servers: (string | undefined)[] = [];
      for (const serverHeader of [false, true]) {
        const { get, put } = start({ serverHeader });
        for (const reply of [await put("60"), await get(ID), await get("/nothing")])
          servers.push(reply.header("server"));
      }
      expect(servers).toEqual([undefined, undefined, undefined, "EC2ws", "EC2ws", "EC2ws"]);
    },
  ],
];
